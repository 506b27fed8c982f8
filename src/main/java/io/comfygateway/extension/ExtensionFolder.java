package io.comfygateway.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The folder {@code lib/ext}, whose jars are on the class path after the gateway's own, and its
 * file {@code extensions.json}, which says what was added and what each needs. Jars that a user put
 * there are left alone. A file is there whole or not at all: it is moved into its place.
 */
public final class ExtensionFolder {
  private static final String LIST = "extensions.json";
  private static final String JAR = ".jar";
  private static final String FETCHED = ".fetched-";

  private final Path folder;
  private final ObjectMapper mapper = new ObjectMapper();

  /** The folder of this installation: that of {@code GATEWAY_EXT_DIR}, else {@code lib/ext}. */
  public static ExtensionFolder ofEnvironment() {
    return new ExtensionFolder(Path.of(System.getenv().getOrDefault("GATEWAY_EXT_DIR", "lib/ext")));
  }

  /** The folder, which need not exist. */
  public ExtensionFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * What an addition changed.
   *
   * @param added the names of the jars that are new
   * @param removed those of the jars that nothing needs any more
   * @param newer libraries of the gateway that are wanted in a newer version than it has
   */
  public record Change(List<String> added, List<String> removed, List<String> newer) {}

  /** What was added, in the order of its names. */
  public List<Extension> extensions() throws ExtensionException {
    Path list = folder.resolve(LIST);
    if (!Files.exists(list)) {
      return List.of();
    }
    List<Extension> extensions = new ArrayList<>();
    try {
      for (JsonNode entry : mapper.readTree(list.toFile()).path("extensions")) {
        Coordinates coordinates =
            Coordinates.parse(entry.path("library").asText())
                .orElseThrow(() -> new IOException("a library is no group:name:version"));
        List<String> files = new ArrayList<>();
        entry.path("files").forEach(file -> files.add(file.asText()));
        extensions.add(new Extension(coordinates, List.copyOf(files)));
      }
    } catch (IOException e) {
      throw new ExtensionException(
          list
              + " cannot be read ("
              + e.getMessage()
              + "). Delete the folder "
              + folder
              + " and add its libraries again.",
          e);
    }
    return extensions;
  }

  /** The names of the jars that were put there by hand. */
  public List<String> byHand() throws ExtensionException {
    Set<String> known = new TreeSet<>();
    extensions().forEach(extension -> known.addAll(extension.files()));
    return jars().stream().filter(name -> !known.contains(name)).toList();
  }

  /** The jars that {@code extensions.json} names and that are missing. */
  public List<String> missing() throws ExtensionException {
    Set<String> missing = new TreeSet<>();
    extensions().forEach(extension -> missing.addAll(extension.files()));
    missing.removeAll(jars());
    return List.copyOf(missing);
  }

  /**
   * What keeps the folder from being used as it is, a sentence each: jars that are missing, and
   * components of another version of Camel, as after an upgrade of the gateway.
   *
   * @param camelVersion the gateway's
   */
  public List<String> faults(String camelVersion) {
    try {
      List<String> faults = new ArrayList<>();
      missing().forEach(name -> faults.add(name + " is missing; add its library again"));
      for (Extension extension : extensions()) {
        Coordinates one = extension.coordinates();
        if (one.isCamel() && !one.version().equals(camelVersion)) {
          faults.add(
              "%s is of Camel %s, the gateway has Camel %s; run ./gateway add %s"
                  .formatted(one.name(), one.version(), camelVersion, one.name()));
        }
      }
      return faults;
    } catch (ExtensionException e) {
      return List.of(e.getMessage());
    }
  }

  /**
   * Adds libraries with what they need. What was added before is resolved with them, so that each
   * library is there in one version, and Camel's own are brought to the gateway's version.
   *
   * @throws ExtensionException where one of them cannot be had; nothing is changed then
   */
  public Change add(List<Coordinates> wanted, ShippedLibraries shipped, LibraryResolver resolver)
      throws ExtensionException {
    try (FileChannel channel = opened()) {
      // Until the channel is closed, so that one process at a time changes the folder.
      channel.lock();
      Map<String, Coordinates> all = new LinkedHashMap<>();
      for (Extension before : extensions()) {
        Coordinates one = before.coordinates();
        all.put(
            one.key(),
            one.isCamel()
                ? new Coordinates(one.group(), one.artifact(), shipped.camelVersion())
                : one);
      }
      wanted.forEach(one -> all.put(one.key(), one));
      removeLeftovers();
      Path fetched = Files.createTempDirectory(folder, FETCHED);
      try {
        LibraryResolver.Resolution resolution = resolver.fetch(List.copyOf(all.values()), fetched);
        return put(resolution);
      } finally {
        delete(fetched);
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private Change put(LibraryResolver.Resolution resolution) throws IOException, ExtensionException {
    Set<String> before = new TreeSet<>();
    extensions().forEach(extension -> before.addAll(extension.files()));
    List<String> added = new ArrayList<>();
    List<Extension> after = new ArrayList<>();
    for (var entry : resolution.needed().entrySet()) {
      List<String> files = new ArrayList<>();
      for (LibraryResolver.Library library : entry.getValue()) {
        files.add(library.name());
        Path place = folder.resolve(library.name());
        if (!Files.exists(place)) {
          Files.move(library.file(), place, StandardCopyOption.ATOMIC_MOVE);
          added.add(library.name());
        }
      }
      after.add(new Extension(entry.getKey(), files));
    }
    return new Change(added, settle(before, after), resolution.newer());
  }

  /**
   * Removes libraries with what no other needs.
   *
   * @param names what they are called: {@code camel-kafka}, or {@code group:name}
   * @return the names of the jars that are gone
   * @throws ExtensionException where one was never added; nothing is changed then
   */
  public List<String> remove(List<String> names) throws ExtensionException {
    try (FileChannel channel = opened()) {
      // Until the channel is closed, so that one process at a time changes the folder.
      channel.lock();
      List<Extension> before = extensions();
      Set<String> known = new TreeSet<>();
      before.forEach(extension -> known.add(extension.coordinates().name()));
      for (String name : names) {
        if (!known.contains(name)) {
          throw new ExtensionException(
              name
                  + " was not added. "
                  + (known.isEmpty()
                      ? "Nothing was."
                      : "There are " + String.join(", ", known) + "."));
        }
      }
      Set<String> files = new TreeSet<>();
      before.forEach(extension -> files.addAll(extension.files()));
      return settle(
          files,
          before.stream()
              .filter(extension -> !names.contains(extension.coordinates().name()))
              .toList());
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  // The list first: a jar that is not in it any more is at worst one that was put there by hand.
  private List<String> settle(Set<String> before, List<Extension> after) throws IOException {
    ObjectNode root = mapper.createObjectNode();
    var entries = root.putArray("extensions");
    Set<String> needed = new TreeSet<>();
    for (Extension extension :
        after.stream().sorted(Comparator.comparing(it -> it.coordinates().name())).toList()) {
      ObjectNode entry = entries.addObject().put("library", extension.coordinates().toString());
      var files = entry.putArray("files");
      extension.files().forEach(files::add);
      needed.addAll(extension.files());
    }
    Path next = Files.createTempFile(folder, ".list", "");
    Files.writeString(next, root.toPrettyString() + "\n");
    Files.move(next, folder.resolve(LIST), StandardCopyOption.ATOMIC_MOVE);
    List<String> removed = new ArrayList<>();
    for (String name : before) {
      if (!needed.contains(name) && Files.deleteIfExists(folder.resolve(name))) {
        removed.add(name);
      }
    }
    return removed;
  }

  private Set<String> jars() throws ExtensionException {
    if (!Files.isDirectory(folder)) {
      return Set.of();
    }
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(JAR))
          .forEach(names::add);
    } catch (IOException e) {
      throw unusable(e);
    }
    return names;
  }

  private FileChannel opened() throws IOException {
    Files.createDirectories(folder);
    return FileChannel.open(
        folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private ExtensionException unusable(IOException why) {
    return new ExtensionException(
        "The folder "
            + folder
            + " cannot be used ("
            + why
            + "). Set GATEWAY_EXT_DIR to a folder that this user may write to.",
        why);
  }

  // Of an addition that was killed.
  private void removeLeftovers() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(FETCHED)) {
          delete(file);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
