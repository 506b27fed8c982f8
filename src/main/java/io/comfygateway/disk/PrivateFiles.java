package io.comfygateway.disk;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders and files that no other user of the machine may read, whatever the process's umask is:
 * what callers sent and what came of it. Where the file system has no POSIX permissions they are
 * made as it makes them.
 */
public final class PrivateFiles {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateFiles.class);
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

  private PrivateFiles() {}

  /** Makes a folder and those above it that are not there, each for its owner alone. */
  public static void createDirectories(Path folder) throws IOException {
    Files.createDirectories(folder, attributes(folder, FOLDER));
  }

  /**
   * Makes one folder.
   *
   * @throws java.nio.file.FileAlreadyExistsException where it is there
   */
  public static void createDirectory(Path folder) throws IOException {
    Files.createDirectory(folder, attributes(folder, FOLDER));
  }

  /** Opens a file to be written, and makes it where it is not there. */
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return FileChannel.open(file, Set.of(options), attributes(file, FILE));
  }

  /** Writes to a file from its beginning, whether it is there or not. */
  public static OutputStream newOutputStream(Path file) throws IOException {
    return Channels.newOutputStream(
        open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE));
  }

  /** Takes from other users what they may do with a folder or file that is there already. */
  public static void restrict(Path path) {
    try {
      Set<PosixFilePermission> own = Files.isDirectory(path) ? FOLDER : FILE;
      if (isPosix(path) && !own.containsAll(Files.getPosixFilePermissions(path))) {
        Files.setPosixFilePermissions(path, own);
      }
    } catch (IOException e) {
      LOG.warn(
          "other users of this machine may read it, and that cannot be changed path={} reason={}",
          path,
          e.toString());
    }
  }

  private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
    return isPosix(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
