package io.comfygateway.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;

/** The files of a folder that nobody comes back for. */
public record AbandonedFiles(Path folder) {

  /** Removes those that were not written to since; returns how many. */
  public int sweep(Instant since) throws IOException {
    int swept = 0;
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          swept += isOld(file, since) && Files.deleteIfExists(file) ? 1 : 0;
        }
      }
    }
    return swept;
  }

  private static boolean isOld(Path file, Instant since) throws IOException {
    try {
      return Files.isRegularFile(file)
          && Files.getLastModifiedTime(file).toInstant().isBefore(since);
    } catch (NoSuchFileException gone) {
      return false;
    }
  }
}
