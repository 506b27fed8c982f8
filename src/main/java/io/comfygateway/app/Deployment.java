package io.comfygateway.app;

import io.comfygateway.access.MasterKey;
import io.comfygateway.access.Sealer;
import io.comfygateway.job.SqlFile;
import io.comfygateway.output.FilesFolder;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What all gateways on one database must have in common, so that each can answer for what another
 * one did: the master key, the folder of files, the secret of callbacks. The first gateway writes
 * it down; one that differs does not start.
 */
final class Deployment {
  private static final String MASTER_KEY = "master-key";
  private static final String FILES = "files";
  private static final String CALLBACK_SECRET = "callback-secret";

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/deployment.sql");
  private final MasterKey masterKey;
  private final Settings settings;

  Deployment(JdbcClient jdbc, MasterKey masterKey, Settings settings) {
    this.jdbc = jdbc;
    this.masterKey = masterKey;
    this.settings = settings;
  }

  /**
   * Sees to it that this gateway can go on with what is in the database.
   *
   * @throws StartFailure where its master key or its folder of files is another one
   */
  void requireSame() {
    String fingerprint = masterKey.fingerprint();
    if (!agreed(MASTER_KEY, fingerprint).equals(fingerprint)) {
      throw new StartFailure(
          "The master key is not the one that the jobs in the database ("
              + settings.database().describe()
              + ") are sealed with. Set GATEWAY_MASTER_KEY to that one, or put the file master.key"
              + " of the gateway that made them into "
              + settings.get(StorageSettings.DATA_DIR)
              + ".");
    }
    requireSameFiles();
  }

  /** The mark of the folder of files, by which it is told from an empty mount point. */
  String filesMark() {
    return fact(FILES).orElseThrow();
  }

  // H2 lies in the data folder of the one gateway that uses it.
  private boolean isShared() {
    return settings.get(StorageSettings.DB_URL).isPresent();
  }

  private void requireSameFiles() {
    // None is made in a folder that stands where another one should be mounted.
    String mark =
        fact(FILES).isPresent()
            ? FilesMark.existing(settings.filesDir()).orElse("")
            : FilesMark.of(settings.filesDir());
    String agreed = agreed(FILES, mark);
    if (!agreed.equals(mark)) {
      throw new StartFailure(
          "The folder "
              + settings.filesDir()
              + " is not the one in which the files of the jobs in the database ("
              + settings.database().describe()
              + ") are kept. Is it mounted? Set GATEWAY_FILES_DIR to that one, which all gateways on"
              + " the database must reach. Where it is lost for good, write "
              + agreed
              + " into "
              + FilesFolder.markFile(settings.filesDir())
              + ".");
    }
  }

  /**
   * The secret that callbacks are signed with, where no setting gives one: of several gateways, the
   * first one's.
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

  // Of several that start together, one writes it and all read that.
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
