package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** YAML files in the routes folder that are not read, for their name or their place. */
final class UnreadFiles {
  private static final int DEPTH = 3;
  private static final String ENDING = ".camel.yaml";

  private static final String OF_A_DOOR = ".openapi.yaml";

  private final Path folder;

  UnreadFiles(Path folder) {
    this.folder = folder;
  }

  /** A warning for each; none where the folder cannot be read. */
  List<FileFault> warnings() {
    try (Stream<Path> files = Files.walk(folder, DEPTH)) {
      return files
          .filter(Files::isRegularFile)
          .map(folder::relativize)
          .filter(UnreadFiles::isMeant)
          .sorted()
          .map(UnreadFiles::warning)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean isMeant(Path file) {
    String name = file.getFileName().toString();
    boolean isYaml = name.endsWith(".yaml") || name.endsWith(".yml");
    boolean isRead = (name.endsWith(ENDING) || name.endsWith(OF_A_DOOR)) && RouteFolder.reads(file);
    return isYaml && !name.startsWith(".") && !isRead;
  }

  private static FileFault warning(Path file) {
    String name = file.getFileName().toString();
    String better = name.replaceFirst("(\\.camel)?\\.ya?ml$", "") + ENDING;
    return new FileFault(
        file.toString(),
        0,
        "",
        "This file is not read",
        name.endsWith(ENDING)
            ? "put it into the folder custom itself"
            : "name it " + better + ", in the folder custom");
  }
}
