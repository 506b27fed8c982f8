package io.comfygateway;

import io.comfygateway.job.DurableFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** The name of a folder of files that goes with it wherever it is mounted. */
final class FilesMark {
  private FilesMark() {}

  /** Where it lies. */
  static Path file(Path folder) {
    return folder.resolve("files-id");
  }

  /**
   * The folder's name; folder and name are made where there are none.
   *
   * @throws StartFailure where the folder cannot be used
   */
  static String of(Path folder) {
    try {
      Files.createDirectories(folder);
      if (!Files.exists(file(folder))) {
        create(folder);
      }
      return Files.readString(file(folder), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw StartFailure.filesUnusable(folder, e);
    }
  }

  private static void create(Path folder) throws IOException {
    Path aside = Files.createTempFile(folder, "files-id", ".new");
    try {
      Files.writeString(aside, "files-" + UUID.randomUUID(), StandardCharsets.UTF_8);
      DurableFolder.syncFile(aside);
      if (DurableFolder.publish(aside, file(folder))) {
        DurableFolder.sync(folder);
      }
    } finally {
      Files.deleteIfExists(aside);
    }
  }
}
