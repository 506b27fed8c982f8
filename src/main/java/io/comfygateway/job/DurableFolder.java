package io.comfygateway.job;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What makes files survive a crash of the machine, and not only one of the process. */
public final class DurableFolder {
  private DurableFolder() {}

  /**
   * Makes the names in a folder survive. Windows keeps them without, and cannot do it.
   *
   * @throws IOException where the disk does not take them
   */
  public static void sync(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }

  /**
   * Makes a file that was written survive, with its name.
   *
   * @throws IOException where the disk does not take it
   */
  public static void syncFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    sync(file.getParent());
  }
}
