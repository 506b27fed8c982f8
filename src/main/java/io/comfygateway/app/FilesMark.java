package io.comfygateway.app;

import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.output.FilesFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/** The name of a folder of files that goes with it wherever it is mounted. */
final class FilesMark {
  private FilesMark() {}

  /**
   * The folder's name; folder and name are made where there are none.
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
   * The folder's name; empty where there is none.
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
    Path aside = Files.createTempFile(folder, "files-id", ".new");
    try {
      Files.writeString(aside, "files-" + UUID.randomUUID(), StandardCharsets.UTF_8);
      DurableFolder.syncFile(aside);
      if (DurableFolder.publish(aside, FilesFolder.markFile(folder))) {
        DurableFolder.sync(folder);
      }
    } finally {
      Files.deleteIfExists(aside);
    }
  }
}
