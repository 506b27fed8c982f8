package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The route files of a folder, of its folders {@code sinks} and {@code custom}, and those in its
 * folder {@code doors} whose doors are switched on. A file that has changed is given as it was
 * until it was found the same twice: an editor may empty a file before it writes it, or take it
 * away before it puts another in its place.
 */
final class RouteFolder {
  private static final String ENDING = ".camel.yaml";
  private static final int MAX_BYTES = 1 << 20;
  private static final String DOORS = "doors";
  private static final List<String> FOLDERS = List.of("custom", "sinks");
  private final Path folder;
  private final List<String> doors;
  private Map<String, Found> last = Map.of();
  private Map<String, Found> settled = Map.of();
  private boolean first = true;

  /**
   * A file as it is on the disk.
   *
   * @param text what it says; empty if it cannot be read
   * @param fault why it cannot be read
   * @param remedy what to do about it
   */
  record Found(Optional<String> text, String fault, String remedy) {}

  /**
   * Makes it.
   *
   * @param doors the names of the doors that are switched on
   */
  RouteFolder(Path folder, List<String> doors) {
    this.folder = folder;
    this.doors = List.copyOf(doors);
  }

  /** The folder, with the doors that the property {@code gateway.doors} switches on. */
  static RouteFolder of(Path folder, Properties properties) {
    String doors = properties.getProperty("gateway.doors", "");
    return new RouteFolder(folder, names(doors));
  }

  private static List<String> names(String setting) {
    return Arrays.stream(setting.split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .distinct()
        .toList();
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
    if (!doors.isEmpty()) {
      addDoors(found);
    }
    return found;
  }

  private void addDoors(Map<String, Found> found) throws IOException {
    Map<String, Found> all = new TreeMap<>();
    if (Files.isDirectory(folder.resolve(DOORS))) {
      add(folder.resolve(DOORS), "", all);
    }
    List<String> known =
        all.keySet().stream()
            .map(name -> name.substring(0, name.length() - ENDING.length()))
            .toList();
    for (String door : doors) {
      String file = door + ENDING;
      found.put(
          DOORS + "/" + file,
          all.getOrDefault(
              file,
              new Found(
                  Optional.empty(),
                  "GATEWAY_DOORS names the door \"%s\", and there is no file of it%s"
                      .formatted(door, Suggestion.didYouMean(door, known)),
                  "name one of " + known + " in GATEWAY_DOORS, or none")));
    }
  }

  private static void add(Path place, String prefix, Map<String, Found> found) throws IOException {
    try (Stream<Path> files = Files.list(place)) {
      for (Path file : files.filter(RouteFolder::isRouteFile).toList()) {
        try {
          found.put(prefix + file.getFileName(), read(file));
        } catch (NoSuchFileException takenAwayMeanwhile) {
          continue;
        } catch (IOException e) {
          found.put(
              prefix + file.getFileName(),
              new Found(
                  Optional.empty(),
                  "the file cannot be read as UTF-8 text: " + e,
                  "save it as UTF-8 text"));
        }
      }
    }
  }

  private static Found read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        return new Found(Optional.empty(), "the file is larger than 1 MiB", "split it");
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new Found(Optional.of(text), "", "");
    }
  }

  /** A warning for each YAML file that is not read. */
  List<FileFault> unread() {
    return new UnreadFiles(folder).warnings();
  }

  /** Whether files are read in a file's place, given by its path below the routes folder. */
  static boolean reads(Path file) {
    return file.getNameCount() == 1
        || file.getNameCount() == 2
            && (FOLDERS.contains(file.getName(0).toString())
                || DOORS.equals(file.getName(0).toString()));
  }

  private static boolean isRouteFile(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(ENDING) && !name.startsWith(".") && !Files.isDirectory(file);
  }
}
