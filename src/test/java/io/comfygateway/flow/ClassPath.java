package io.comfygateway.flow;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The class path of a gateway in a process of its own: without what only recipes add. */
final class ClassPath {
  private static final Pattern OF_RECIPES =
      Pattern.compile(
          "(camel-(mail|kafka)|kafka-clients|angus-mail|jakarta\\.mail|jakarta\\.mail-api|greenmail)-[0-9].*");

  private ClassPath() {}

  /**
   * Its text, as {@code ./gateway} makes it.
   *
   * @param extensions the folder of libraries that were added
   */
  static String ofGateway(Optional<String> extensions) {
    return entries().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator))
        + extensions.map(folder -> File.pathSeparator + folder + "/*").orElse("");
  }

  private static List<Path> entries() {
    return all().stream()
        .filter(entry -> !OF_RECIPES.matcher(entry.getFileName().toString()).matches())
        .toList();
  }

  private static List<Path> all() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .toList();
  }

  /** The jar of a library, with its coordinates {@code GROUP:NAME:VERSION}. */
  static Path jar(String coordinates) {
    String[] parts = coordinates.split(":");
    String name = parts[1] + "-" + parts[2] + ".jar";
    return all().stream()
        .filter(entry -> entry.getFileName().toString().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(name + " is not on the class path"));
  }

  /** What the build writes into the gateway's jar as {@code META-INF/libraries.txt}. */
  static String libraries() {
    Path camel =
        all().stream()
            .filter(entry -> entry.getFileName().toString().startsWith("camel-api-"))
            .findFirst()
            .orElseThrow();
    // …/org/apache/camel/camel-api/4.17.0/camel-api-4.17.0.jar
    Path repository = camel.resolve("../../../../../../").normalize();
    return entries().stream()
        .filter(entry -> entry.startsWith(repository) && Files.isRegularFile(entry))
        .map(repository::relativize)
        .map(ClassPath::coordinates)
        .collect(Collectors.joining("\n"));
  }

  private static String coordinates(Path jar) {
    int names = jar.getNameCount();
    String group = jar.subpath(0, names - 3).toString().replace(File.separatorChar, '.');
    return group + ":" + jar.getName(names - 3) + ":jar:" + jar.getName(names - 2) + ":compile";
  }
}
