package io.comfygateway.app;

import io.comfygateway.access.MasterKey;
import io.comfygateway.access.Sealer;
import io.comfygateway.database.SqlFile;
import io.comfygateway.files.BucketState;
import io.comfygateway.files.FilesFolder;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What all gateways on one database must have in common, so that each can serve the jobs of the
 * others: the master key, the folder of files, the callback secret. The first gateway stores it in
 * the database; a gateway that differs does not start.
 */
final class Deployment {
  private static final String MASTER_KEY = "master-key";
  private static final String FILES = "files";
  private static final String FILES_TO_BE = "files-to-be";
  private static final String CALLBACK_SECRET = "callback-secret";

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/deployment.sql");
  private final MasterKey masterKey;
  private final Settings settings;
  private final Optional<FilesBucket> bucket;

  Deployment(
      JdbcClient jdbc, MasterKey masterKey, Settings settings, Optional<FilesBucket> bucket) {
    this.bucket = bucket;
    this.jdbc = jdbc;
    this.masterKey = masterKey;
    this.settings = settings;
  }

  /**
   * Checks that this gateway can use the jobs in the database.
   *
   * @throws StartFailure where its master key or its folder of files differs
   */
  void requireSame() {
    String fingerprint = masterKey.fingerprint();
    if (!agreed(MASTER_KEY, fingerprint).equals(fingerprint)) {
      throw new StartFailure(
          "The jobs in the database ("
              + settings.database().describe()
              + ") are encrypted with another master key. Set GATEWAY_MASTER_KEY to that key, or copy"
              + " the file master.key of the gateway that stored them to "
              + settings.get(StorageSettings.DATA_DIR)
              + ".");
    }
    if (bucket.isPresent()) {
      requireSameBucket(bucket.get());
    } else {
      requireSameFiles();
    }
  }

  /** The id of the folder of files, which distinguishes it from an empty mount point. */
  String filesMark() {
    return fact(FILES).orElseThrow();
  }

  // Only one gateway uses an H2 database.
  private boolean isShared() {
    return settings.get(StorageSettings.DB_URL).isPresent();
  }

  private void requireSameBucket(FilesBucket files) {
    // The mark is written before the fact. Read after it, it is there if the fact is.
    boolean isNew = fact(FILES).isEmpty();
    Optional<String> mark = files.mark();
    if (isNew) {
      // All gateways that start together agree on the id before one of them writes it.
      String id = agreed(FILES_TO_BE, mark.orElseGet(() -> "files-" + UUID.randomUUID()));
      if (mark.isEmpty()) {
        files.mark(id);
        mark = Optional.of(id);
      }
      agreed(FILES, id);
    }
    String agreed = fact(FILES).orElseThrow();
    if (!mark.equals(Optional.of(agreed))) {
      throw new StartFailure(
          "The bucket "
              + files.folder().address()
              + " is not the one with the files of the jobs in the database ("
              + settings.database().describe()
              + "). Set GATEWAY_FILES as all gateways on the database have it; to move the files, copy"
              + " all of them, the file "
              + BucketState.MARK
              + " included. If they are lost, write "
              + agreed
              + " to the object "
              + files.folder().address()
              + BucketState.MARK
              + ".");
    }
  }

  private void requireSameFiles() {
    // Creates no id in the empty mount point of a folder that has one.
    String mark =
        fact(FILES).isPresent()
            ? FilesMark.existing(settings.filesDir()).orElse("")
            : FilesMark.of(settings.filesDir());
    String agreed = agreed(FILES, mark);
    if (!agreed.equals(mark)) {
      throw new StartFailure(
          "The folder "
              + settings.filesDir()
              + " is not the folder with the files of the jobs in the database ("
              + settings.database().describe()
              + "). Check that it is mounted, and set GATEWAY_FILES_DIR to the folder that all"
              + " gateways on the database share. If its files are lost, write "
              + agreed
              + " to "
              + FilesFolder.markFile(settings.filesDir())
              + ".");
    }
  }

  /**
   * The secret that signs callbacks where no setting gives one. Gateways on one database use the
   * secret of the first.
   */
  String callbackSecret(String own) {
    if (!isShared()) {
      return own;
    }
    Sealer sealer = new Sealer(masterKey, "callback secret");
    String sealed =
        Base64.getEncoder()
            .encodeToString(sealer.seal(own.getBytes(StandardCharsets.UTF_8), CALLBACK_SECRET));
    byte[] agreed = Base64.getDecoder().decode(agreed(CALLBACK_SECRET, sealed));
    return new String(sealer.open(agreed, CALLBACK_SECRET), StandardCharsets.UTF_8);
  }

  // Of several gateways that start together, one writes the fact and all read it.
  private String agreed(String name, String own) {
    Optional<String> before = fact(name);
    if (before.isPresent()) {
      return before.get();
    }
    try {
      jdbc.sql(sql.get("add")).param("name", name).param("fact", own).update();
      return own;
    } catch (DuplicateKeyException anotherWasFirst) {
      return fact(name).orElseThrow(() -> anotherWasFirst);
    }
  }

  private Optional<String> fact(String name) {
    return jdbc.sql(sql.get("fact")).param("name", name).query(String.class).optional();
  }
}
