package io.comfygateway.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
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
        DiskSyncs.force(directory);
      }
    }
  }

  /**
   * Gives a file that was written aside its name, unless another process has given that name since;
   * what stands under it is never replaced.
   *
   * @return whether the name was free
   * @throws IOException where the folder does not take it
   */
  public static boolean publish(Path aside, Path file) throws IOException {
    try {
      // A link, unlike a rename, never takes the place of what appeared in the meantime.
      Files.createLink(file, aside);
      return true;
    } catch (FileAlreadyExistsException anotherWasFirst) {
      return false;
    } catch (UnsupportedOperationException | IOException someFileSystemsHaveNoLinks) {
      if (Files.exists(file)) {
        return false;
      }
      Files.move(aside, file);
      return true;
    }
  }

  /**
   * Makes a file that was written survive, with its name.
   *
   * @throws IOException where the disk does not take it
   */
  public static void syncFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      DiskSyncs.force(channel);
    }
    sync(file.getParent());
  }
}
