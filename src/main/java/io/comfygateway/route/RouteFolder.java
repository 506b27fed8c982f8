package io.comfygateway.route;

import io.comfygateway.workflow.FileFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The route files of a folder and of its folders {@code sinks} and {@code custom}. A file that has
 * changed is given as it was until it was found the same twice: an editor may empty a file before
 * it writes it, or take it away before it puts another in its place.
 */
final class RouteFolder {
  private static final String ENDING = ".camel.yaml";
  private static final List<String> FOLDERS = List.of("custom", "sinks");
  private final Path folder;
  private Map<String, Found> last = Map.of();
  private Map<String, Found> settled = Map.of();
  private boolean first = true;

  /**
   * A file as it is on the disk.
   *
   * @param text what it says; empty if it cannot be read
   * @param fault why it cannot be read
   */
  record Found(Optional<String> text, String fault) {}

  RouteFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * The files by their names, such as {@code custom/mail.camel.yaml}.
   *
   * @throws IOException if the folder is not there or cannot be read, which is not the same as
   *     having no files
   */
  Map<String, Found> read() throws IOException {
    Map<String, Found> now = list();
    Map<String, Found> next = new TreeMap<>(settled);
    Set<String> names = new TreeSet<>(now.keySet());
    names.addAll(settled.keySet());
    for (String name : names) {
      if (first || Objects.equals(now.get(name), last.get(name))) {
        if (now.containsKey(name)) {
          next.put(name, now.get(name));
        } else {
          next.remove(name);
        }
      }
    }
    first = false;
    last = now;
    settled = next;
    return next;
  }

  private Map<String, Found> list() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw Files.exists(folder)
          ? new NotDirectoryException(folder.toString())
          : new NoSuchFileException(folder.toString());
    }
    Map<String, Found> found = new TreeMap<>();
    add(folder, "", found);
    for (String name : FOLDERS) {
      if (Files.isDirectory(folder.resolve(name))) {
        add(folder.resolve(name), name + "/", found);
      }
    }
    return found;
  }

  private static void add(Path place, String prefix, Map<String, Found> found) throws IOException {
    try (Stream<Path> files = Files.list(place)) {
      for (Path file : files.filter(RouteFolder::isRouteFile).toList()) {
        try {
          String text = Files.readString(file, StandardCharsets.UTF_8);
          found.put(prefix + file.getFileName(), new Found(Optional.of(text), ""));
        } catch (NoSuchFileException takenAwayMeanwhile) {
          continue;
        } catch (IOException e) {
          found.put(
              prefix + file.getFileName(),
              new Found(Optional.empty(), "the file cannot be read as UTF-8 text: " + e));
        }
      }
    }
  }

  /** A warning for each YAML file that is not read. */
  List<FileFault> unread() {
    return new UnreadFiles(folder).warnings();
  }

  /** Whether files are read in a file's place, given by its path below the routes folder. */
  static boolean reads(Path file) {
    return file.getNameCount() == 1
        || file.getNameCount() == 2 && FOLDERS.contains(file.getName(0).toString());
  }

  private static boolean isRouteFile(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(ENDING) && !name.startsWith(".") && !Files.isDirectory(file);
  }
}
