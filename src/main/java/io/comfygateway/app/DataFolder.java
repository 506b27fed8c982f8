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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The small files that a gateway keeps in its data folder: what it is called, and the secret that
 * it signs callbacks with. The folder is one gateway's as long as it is open, whichever database is
 * used: two of the same name would take each other's jobs.
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
    // The same after a restart, so that a gateway takes up at once what it had in its hands.
    this.gatewayId = keep("gateway-id", () -> "gateway-" + UUID.randomUUID());
  }

  /**
   * Opens the folder, which is made where there is none.
   *
   * @throws StartFailure where it cannot be written, or is another gateway's
   */
  public static DataFolder open(Path folder) {
    FileChannel lock = null;
    try {
      PrivateFiles.createDirectories(folder);
      PrivateFiles.restrict(folder);
      if (BackupReader.isUnfinished(folder)) {
        throw StartFailure.halfRestored(folder);
      }
      // Vert.x writes the files of forms into it, as the umask says.
      PrivateFiles.createDirectories(folder.resolve("uploads"));
      PrivateFiles.restrict(folder.resolve("uploads"));
      lock =
          PrivateFiles.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      PrivateFiles.restrict(folder.resolve("lock"));
      if (!isMine(lock, folder)) {
        throw StartFailure.folderInUse(folder);
      }
      return new DataFolder(folder, lock);
    } catch (IOException | RuntimeException e) {
      close(lock);
      throw e instanceof StartFailure known ? known : StartFailure.folderUnusable(folder, e);
    }
  }

  // The system gives the lock back when the process ends, however it ends.
  private static boolean isMine(FileChannel lock, Path folder) {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      LOG.warn("data folder cannot be locked folder={} reason={}", folder, e.toString());
      return true;
    }
  }

  /** What this gateway is called in leases, and towards ComfyUI as {@code client_id}. */
  String gatewayId() {
    return gatewayId;
  }

  /**
   * The secret that callbacks are signed with where no setting gives one; made at the first start.
   *
   * @param agreed from this gateway's own to the one that it shares with others, which it then
   *     keeps
   */
  String callbackSecret(UnaryOperator<String> agreed) throws IOException {
    String own = keep(CALLBACK_SECRET, () -> WebhookSecret.generate().text());
    String shared = agreed.apply(own);
    if (!shared.equals(own)) {
      write(CALLBACK_SECRET, shared);
      LOG.info("callback secret of the other gateways kept file={}", callbackSecretFile(folder));
    }
    return shared;
  }

  /** Where that secret lies. */
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
    Path aside = Files.createTempFile(folder, name, ".new");
    PrivateFiles.restrict(aside);
    Files.writeString(aside, value, StandardCharsets.UTF_8);
    DurableFolder.syncFile(aside);
    Files.move(aside, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    DurableFolder.sync(folder);
  }

  @Override
  public void close() {
    close(lock);
  }

  private static void close(FileChannel lock) {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      LOG.warn("data folder cannot be unlocked reason={}", e.toString());
    }
  }
}
