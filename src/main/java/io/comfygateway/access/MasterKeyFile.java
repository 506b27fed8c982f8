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
   * Reads the key, and creates the file if there is none.
   *
   * @throws IllegalStateException if the file is not 32 bytes long; a new key would make everything
   *     encrypted with the old one unreadable, so none is created
   * @throws IOException if the folder cannot be read or written
   */
  public MasterKey loadOrCreate() throws IOException {
    if (!Files.exists(file)) {
      create();
    }
    // Read back even if just created: another gateway on the same folder may have been first.
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length != MasterKey.BYTES) {
      throw new IllegalStateException(
          ("%s has %d bytes instead of %d. Restore the file from a backup, or delete it: secrets"
                  + " and links created with it are then lost.")
              .formatted(file, bytes.length, MasterKey.BYTES));
    }
    warnWhereOthersMayRead();
    return new MasterKey(bytes);
  }

  private void create() throws IOException {
    PrivateFiles.createDirectories(DurableFolder.of(file));
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
