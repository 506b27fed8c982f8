package io.comfygateway.sink;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The sinks of a routes folder: each file {@code sinks/<sink>.camel.yaml}, and each {@code
 * direct:sink-<sink>} that a file in {@code custom} speaks of.
 */
public final class SinkFiles {
  private static final String ENDING = ".camel.yaml";
  private static final Pattern ROUTE = Pattern.compile("direct:sink-([a-z0-9-]{1,50})");
  private static final int LONGEST_FILE = 1 << 20;

  private final Path routes;

  /** The sinks of a routes folder, which is read anew each time. */
  public SinkFiles(Path routes) {
    this.routes = routes;
  }

  /** The names of the sinks that there are now, in their order. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>();
    for (Path file : files("sinks")) {
      String name = file.getFileName().toString();
      names.add(name.substring(0, name.length() - ENDING.length()));
    }
    for (Path file : files("custom")) {
      Matcher route = ROUTE.matcher(text(file));
      while (route.find()) {
        names.add(route.group(1));
      }
    }
    return names;
  }

  private List<Path> files(String folder) {
    try (Stream<Path> files = Files.list(routes.resolve(folder))) {
      return files.filter(file -> file.getFileName().toString().endsWith(ENDING)).toList();
    } catch (IOException e) {
      // A folder that is not there has no sinks.
      return List.of();
    }
  }

  private static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(LONGEST_FILE), StandardCharsets.UTF_8);
    } catch (IOException e) {
      // The routes report the file.
      return "";
    }
  }
}
