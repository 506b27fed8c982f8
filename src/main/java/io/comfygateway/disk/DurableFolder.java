package io.comfygateway.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** Makes files survive a crash of the machine, not only one of the process. */
public final class DurableFolder {
  private DurableFolder() {}

  /** The folder that a file is in, or would be. */
  public static Path of(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a root is in no folder");
  }

  /**
   * Makes the names in a folder survive. Does nothing on Windows, where a folder cannot be opened.
   *
   * @throws IOException where the disk fails
   */
  public static void sync(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        DiskSyncs.force(directory);
      }
    }
  }

  /**
   * Gives a temporary file its final name, unless a file of that name exists: it never replaces
   * one.
   *
   * @return whether the name was free
   * @throws IOException where the folder cannot be written
   */
  public static boolean publish(Path temporary, Path file) throws IOException {
    try {
      // A link, unlike a rename, never replaces a file that another process has just created.
      Files.createLink(file, temporary);
      return true;
    } catch (FileAlreadyExistsException anotherWasFirst) {
      return false;
    } catch (UnsupportedOperationException | IOException someFileSystemsHaveNoLinks) {
      if (Files.exists(file)) {
        return false;
      }
      Files.move(temporary, file);
      return true;
    }
  }

  /**
   * Makes a written file and its name survive.
   *
   * @throws IOException where the disk fails
   */
  public static void syncFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      DiskSyncs.force(channel);
    }
    sync(of(file));
  }
}
