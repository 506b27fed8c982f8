package io.comfygateway.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * What tells that a file has changed without reading it.
 *
 * @param file the file
 * @param facts when it was written, how long it is and which file it is; {@code gone} where there
 *     is none
 */
public record FileStamp(Path file, String facts) {

  /** The file as it is now. */
  public static FileStamp of(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new FileStamp(
          file,
          attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey());
    } catch (IOException e) {
      return new FileStamp(file, "gone");
    }
  }
}
