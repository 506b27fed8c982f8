package io.comfygateway.app;

import io.comfygateway.backup.BackupReader;
import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.webhook.WebhookSecret;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The small files that a gateway keeps in its data folder: its id and the secret that signs
 * callbacks. Only one gateway can have the folder open, whichever database it uses: two gateways of
 * the same id would take each other's jobs.
 */
public final class DataFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

  private static final String CALLBACK_SECRET = "callback-secret";

  private final Path folder;
  private final FileChannel lock;
  private final String gatewayId;

  private DataFolder(Path folder, FileChannel lock) throws IOException {
    this.folder = folder;
    this.lock = lock;
    // Stays the same after a restart, so that a gateway resumes its own jobs at once.
    this.gatewayId = keep("gateway-id", () -> "gateway-" + UUID.randomUUID());
  }

  /**
   * Opens the folder and creates it where it is missing.
   *
   * @throws StartFailure where it cannot be written, or another gateway uses it
   */
  public static DataFolder open(Path folder) {
    @Nullable FileChannel lock = null;
    try {
      PrivateFiles.createDirectories(folder);
      PrivateFiles.restrict(folder);
      if (BackupReader.isUnfinished(folder)) {
        throw StartFailure.halfRestored(folder);
      }
      // Vert.x writes the files of forms into it with the permissions of the umask.
      PrivateFiles.createDirectories(folder.resolve("uploads"));
      PrivateFiles.restrict(folder.resolve("uploads"));
      lock =
          PrivateFiles.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      PrivateFiles.restrict(folder.resolve("lock"));
      if (!isLocked(lock, folder)) {
        throw StartFailure.folderInUse(folder);
      }
      return new DataFolder(folder, lock);
    } catch (IOException | RuntimeException e) {
      close(lock);
      throw e instanceof StartFailure known ? known : StartFailure.folderUnusable(folder, e);
    }
  }

  // The system releases the lock when the process ends, however it ends.
  private static boolean isLocked(FileChannel lock, Path folder) {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      LOG.warn("cannot lock the data folder folder={} reason={}", folder, e.toString());
      return true;
    }
  }

  /** The id of this gateway in leases, and its {@code client_id} at ComfyUI. */
  String gatewayId() {
    return gatewayId;
  }

  /**
   * The secret that signs callbacks where no setting gives one. The first start creates it.
   *
   * @param agreed maps the secret of this gateway to the one that all gateways on the database use;
   *     the folder keeps that one
   * @throws IOException where the folder cannot be read or written
   */
  String callbackSecret(UnaryOperator<String> agreed) throws IOException {
    String own = keep(CALLBACK_SECRET, () -> WebhookSecret.generate().text());
    String shared = agreed.apply(own);
    if (!shared.equals(own)) {
      write(CALLBACK_SECRET, shared);
      LOG.info(
          "using the callback secret of the other gateways file={}", callbackSecretFile(folder));
    }
    return shared;
  }

  /** The file with that secret. */
  public static Path callbackSecretFile(Path folder) {
    return folder.resolve(CALLBACK_SECRET);
  }

  private String keep(String name, Supplier<String> value) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      write(name, value.get());
    }
    return Files.readString(file, StandardCharsets.UTF_8).strip();
  }

  private void write(String name, String value) throws IOException {
    Path temporary = Files.createTempFile(folder, name, ".new");
    PrivateFiles.restrict(temporary);
    Files.writeString(temporary, value, StandardCharsets.UTF_8);
    DurableFolder.syncFile(temporary);
    Files.move(temporary, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    DurableFolder.sync(folder);
  }

  @Override
  public void close() {
    close(lock);
  }

  private static void close(@Nullable FileChannel lock) {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      LOG.warn("cannot unlock the data folder reason={}", e.toString());
    }
  }
}
