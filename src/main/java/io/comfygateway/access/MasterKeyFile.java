package io.comfygateway.access;

import io.comfygateway.disk.DiskSyncs;
import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file {@code master.key} in the data folder: 32 bytes that only its owner may read. */
public final class MasterKeyFile {
  private static final Logger LOG = LoggerFactory.getLogger(MasterKeyFile.class);

  private final Path file;

  public MasterKeyFile(Path dataFolder) {
    this.file = dataFolder.resolve("master.key");
  }

  /**
   * The key of the file, which is made where there is none.
   *
   * @throws IllegalStateException where the file is not 32 bytes long: a new key would make
   *     everything sealed with the old one unreadable, so none is made
   * @throws IOException where the folder cannot be read or written
   */
  public MasterKey loadOrCreate() throws IOException {
    if (!Files.exists(file)) {
      create();
    }
    // Read back even when just made: another gateway that shares the folder may have been first.
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length != MasterKey.BYTES) {
      throw new IllegalStateException(
          ("%s has %d bytes in the place of %d. Put the right file back from a backup, or remove"
                  + " it: secrets and links made with it are then lost.")
              .formatted(file, bytes.length, MasterKey.BYTES));
    }
    warnWhereOthersMayRead();
    return new MasterKey(bytes);
  }

  private void create() throws IOException {
    PrivateFiles.createDirectories(file.toAbsolutePath().getParent());
    Path aside = file.resolveSibling("master.key." + UUID.randomUUID());
    try {
      write(aside, MasterKey.randomBytes());
      if (!DurableFolder.publish(aside, file)) {
        LOG.debug("master_key_made_by_another file={}", file);
      }
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private void write(Path target, byte[] bytes) throws IOException {
    try (FileChannel channel =
        PrivateFiles.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes));
      DiskSyncs.force(channel);
    }
  }

  private void warnWhereOthersMayRead() throws IOException {
    if (isPosix()
        && Files.getPosixFilePermissions(file).stream()
            .anyMatch(permission -> !permission.name().startsWith("OWNER_"))) {
      LOG.warn("master_key_readable_by_others file={} remedy=\"chmod 600\"", file);
    }
  }

  private boolean isPosix() {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
