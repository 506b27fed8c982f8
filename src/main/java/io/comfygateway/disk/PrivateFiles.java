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
 * Folders and files that no other user of the machine may read, whatever the umask of the process:
 * inputs, outputs, keys and the database. On a file system without POSIX permissions, its defaults
 * apply.
 */
public final class PrivateFiles {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateFiles.class);
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

  private PrivateFiles() {}

  /** Creates a folder and its missing parents, each for the owner only. */
  public static void createDirectories(Path folder) throws IOException {
    Files.createDirectories(folder, attributes(folder, FOLDER));
  }

  /**
   * Creates one folder.
   *
   * @throws java.nio.file.FileAlreadyExistsException where it exists
   */
  public static void createDirectory(Path folder) throws IOException {
    Files.createDirectory(folder, attributes(folder, FOLDER));
  }

  /** Opens a file; one that the options create is for the owner only. */
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return FileChannel.open(file, Set.of(options), attributes(file, FILE));
  }

  /** Creates or overwrites a file. */
  public static OutputStream newOutputStream(Path file) throws IOException {
    return Channels.newOutputStream(
        open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE));
  }

  /** Takes all rights of other users from an existing folder or file. Logs where it cannot. */
  public static void restrict(Path path) {
    try {
      Set<PosixFilePermission> own = Files.isDirectory(path) ? FOLDER : FILE;
      if (isPosix(path) && !own.containsAll(Files.getPosixFilePermissions(path))) {
        Files.setPosixFilePermissions(path, own);
      }
    } catch (IOException e) {
      LOG.warn(
          "cannot restrict the permissions, other users may read it path={} reason={}",
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
