package io.comfygateway.simulator;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A folder on disk, for clients that read outputs from ComfyUI's folder instead of over HTTP. */
final class OutputFolder {
  private final Path root;

  OutputFolder(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /**
   * Writes a file, and whatever folders it needs; one that is there already is overwritten.
   *
   * @throws NodeFailure if it would lie outside, or cannot be written
   */
  void write(FileRef ref, Content content) throws NodeFailure {
    Path file = inside(ref.path());
    try {
      Files.createDirectories(file.getParent());
      try (OutputStream out = Files.newOutputStream(file)) {
        content.writeTo(out);
      }
    } catch (IOException e) {
      throw new NodeFailure("OSError", "cannot write " + ref.path() + ": " + e);
    }
  }

  private Path inside(String path) throws NodeFailure {
    try {
      Path file = root.resolve(path).normalize();
      if (file.startsWith(root) && !file.equals(root)) {
        return file;
      }
    } catch (InvalidPathException e) {
      // Refused below: a name that the disk rejects is not a name inside the folder.
    }
    throw new NodeFailure("Exception", "Saving image outside the output folder is not allowed.");
  }
}
