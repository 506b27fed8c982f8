package io.comfygateway.app;

import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.files.FilesFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/** The id of a folder of files: a file in it, so that the id follows the folder to each mount. */
final class FilesMark {
  private FilesMark() {}

  /**
   * The id of the folder. Creates the folder and the id where they are missing.
   *
   * @throws StartFailure where the folder cannot be used
   */
  static String of(Path folder) {
    try {
      PrivateFiles.createDirectories(folder);
      if (FilesFolder.markOf(folder).isEmpty()) {
        create(folder);
      }
      return existing(folder).orElse("");
    } catch (IOException e) {
      throw StartFailure.filesUnusable(folder, e);
    }
  }

  /**
   * The id of the folder; empty where it has none.
   *
   * @throws StartFailure where the folder cannot be read
   */
  static Optional<String> existing(Path folder) {
    try {
      return FilesFolder.markOf(folder);
    } catch (IOException e) {
      throw StartFailure.filesUnusable(folder, e);
    }
  }

  private static void create(Path folder) throws IOException {
    Path temporary = Files.createTempFile(folder, "files-id", ".new");
    try {
      Files.writeString(temporary, "files-" + UUID.randomUUID(), StandardCharsets.UTF_8);
      DurableFolder.syncFile(temporary);
      if (DurableFolder.publish(temporary, FilesFolder.markFile(folder))) {
        DurableFolder.sync(folder);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
