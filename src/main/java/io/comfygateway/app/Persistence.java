package io.comfygateway.app;

import io.comfygateway.access.KeyStore;
import io.comfygateway.access.MasterKey;
import io.comfygateway.access.MasterKeyFile;
import io.comfygateway.backup.BackupPlaces;
import io.comfygateway.backup.BackupReader;
import io.comfygateway.database.Database;
import io.comfygateway.settings.DeliverySettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import io.comfygateway.webhook.WebhookSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** What survives a restart of a gateway: its database and its secrets. */
public final class Persistence implements AutoCloseable {
  private static final int KEY_BYTES = 32;
  // Flyway's table, which the first start makes.
  private static final String MIGRATIONS = "flyway_schema_history";

  private final Settings settings;
  private final Optional<DataFolder> folder;
  private final Database database;
  private final MasterKey masterKey;
  private final List<WebhookSecret> callbackSecrets;
  private final Optional<FilesBucket> filesBucket;
  private final Optional<String> filesMark;

  private Persistence(
      Settings settings,
      Optional<DataFolder> folder,
      Database database,
      MasterKey masterKey,
      List<WebhookSecret> callbackSecrets,
      Optional<FilesBucket> filesBucket,
      Optional<String> filesMark) {
    this.settings = settings;
    this.folder = folder;
    this.database = database;
    this.masterKey = masterKey;
    this.callbackSecrets = callbackSecrets;
    this.filesBucket = filesBucket;
    this.filesMark = filesMark;
  }

  /**
   * Opens the data folder and the database, and creates them where they are missing.
   *
   * @throws StartFailure where either cannot be used
   */
  public static Persistence open(Settings settings) {
    DataFolder folder = DataFolder.open(settings.get(StorageSettings.DATA_DIR));
    Database database = null;
    Optional<FilesBucket> filesBucket = Optional.empty();
    try {
      filesBucket = FilesBucket.of(settings);
      filesBucket.ifPresent(FilesBucket::requireUsable);
      MasterKey masterKey =
          settings.isSet(StorageSettings.MASTER_KEY)
              ? settings.get(StorageSettings.MASTER_KEY).orElseThrow()
              : new MasterKeyFile(settings.get(StorageSettings.DATA_DIR)).loadOrCreate();
      database = new Database(settings.database(), settings.get(StorageSettings.DB_CONNECTIONS));
      Deployment deployment = new Deployment(database.jdbc(), masterKey, settings, filesBucket);
      deployment.requireSame();
      List<WebhookSecret> callbackSecrets =
          settings.isSet(DeliverySettings.CALLBACK_SECRET)
              ? settings.get(DeliverySettings.CALLBACK_SECRET).orElseThrow()
              : WebhookSecret.parseAll(folder.callbackSecret(deployment::callbackSecret));
      return new Persistence(
          settings,
          Optional.of(folder),
          database,
          masterKey,
          callbackSecrets,
          filesBucket,
          Optional.of(deployment.filesMark()));
    } catch (IOException | RuntimeException e) {
      if (database != null) {
        database.close();
      }
      filesBucket.ifPresent(FilesBucket::close);
      folder.close();
      throw StartFailure.of(e, settings);
    }
  }

  /**
   * Refuses a database that no gateway has used, which {@link #open} would create.
   *
   * @throws StartFailure where there is none, or it does not answer
   */
  public static void requireUsed(Settings settings) {
    if (BackupReader.isUnfinished(settings.get(StorageSettings.DATA_DIR)) || isUsed(settings)) {
      return;
    }
    throw new StartFailure(
        "No gateway has run yet with the database ("
            + settings.database().describe()
            + "), so it has no keys. Make one with ./gateway key create NAME, or run ./gateway"
            + " start, which prints the first. If your gateway does run, set GATEWAY_DATA_DIR and"
            + " GATEWAY_DB_URL as it has them.");
  }

  private static boolean isUsed(Settings settings) {
    if (settings.database().url().isEmpty()) {
      return Files.exists(
          new BackupPlaces(settings.get(StorageSettings.DATA_DIR), settings.filesDir()).database());
    }
    try (Database database = Database.unopened(settings.database(), 1);
        Connection connection = database.dataSource().getConnection();
        ResultSet tables =
            connection
                .getMetaData()
                .getTables(
                    connection.getCatalog(),
                    connection.getSchema(),
                    MIGRATIONS,
                    new String[] {"TABLE"})) {
      return tables.next();
    } catch (SQLException | RuntimeException e) {
      throw StartFailure.of(e, settings);
    }
  }

  /**
   * A persistence for {@code gateway check}: it opens, reads and makes nothing, and its secrets are
   * random.
   */
  public static Persistence unopened(Settings settings) {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return new Persistence(
        settings,
        Optional.empty(),
        Database.unopened(settings.database(), settings.get(StorageSettings.DB_CONNECTIONS)),
        MasterKey.ofBase64(Base64.getEncoder().encodeToString(key)),
        List.of(WebhookSecret.generate()),
        FilesBucket.of(settings),
        Optional.empty());
  }

  Database database() {
    return database;
  }

  MasterKey masterKey() {
    return masterKey;
  }

  /** The secrets that sign callbacks, the newest first. */
  public List<WebhookSecret> callbackSecrets() {
    return callbackSecrets;
  }

  /** The bucket of files; empty if they are in a folder. */
  Optional<FilesBucket> filesBucket() {
    return filesBucket;
  }

  /** The id of the folder of files; empty for {@link #unopened}. */
  Optional<String> filesMark() {
    return filesMark;
  }

  /** The keys in the database. */
  public KeyStore keyStore() {
    return new KeyStore(database.jdbc(), database.transaction(), masterKey);
  }

  /** Whether the database is open; it is not for {@link #unopened}. */
  boolean isOpen() {
    return folder.isPresent();
  }

  /** The id of this gateway in leases, and its {@code client_id} at ComfyUI. */
  String gatewayId() {
    return folder.map(DataFolder::gatewayId).orElse("unopened");
  }

  /**
   * Writes how a command reaches this gateway into the data folder.
   *
   * @throws IOException where the folder cannot be written
   */
  void announce(LocalAdmin admin) throws IOException {
    if (folder.isPresent()) {
      admin.write(settings.get(StorageSettings.DATA_DIR));
    }
  }

  @Override
  public void close() {
    if (folder.isPresent()) {
      LocalAdmin.remove(settings.get(StorageSettings.DATA_DIR));
    }
    database.close();
    filesBucket.ifPresent(FilesBucket::close);
    folder.ifPresent(DataFolder::close);
  }
}
