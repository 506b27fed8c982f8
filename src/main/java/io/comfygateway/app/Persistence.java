package io.comfygateway.app;

import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.GeneratedKey;
import io.comfygateway.access.KeyStore;
import io.comfygateway.access.MasterKey;
import io.comfygateway.access.MasterKeyFile;
import io.comfygateway.access.Scope;
import io.comfygateway.job.Database;
import io.comfygateway.settings.AccessSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.webhook.WebhookSecret;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;

/** What a gateway stands on and finds again after a restart: its database and its secrets. */
public final class Persistence implements AutoCloseable {
  private static final int KEY_BYTES = 32;

  private final Settings settings;
  private final Optional<DataFolder> folder;
  private final Database database;
  private final MasterKey masterKey;
  private final List<WebhookSecret> callbackSecrets;
  private final Optional<String> filesMark;

  private Persistence(
      Settings settings,
      Optional<DataFolder> folder,
      Database database,
      MasterKey masterKey,
      List<WebhookSecret> callbackSecrets,
      Optional<String> filesMark) {
    this.settings = settings;
    this.folder = folder;
    this.database = database;
    this.masterKey = masterKey;
    this.callbackSecrets = callbackSecrets;
    this.filesMark = filesMark;
  }

  /**
   * Opens the data folder and the database; both are made where there are none.
   *
   * @throws StartFailure where either cannot be used
   */
  public static Persistence open(Settings settings) {
    DataFolder folder = DataFolder.open(settings.dataDir());
    Database database = null;
    try {
      MasterKey masterKey =
          settings.optional("gateway.master-key").isPresent()
              ? MasterKey.ofBase64(settings.text("gateway.master-key"))
              : new MasterKeyFile(settings.dataDir()).loadOrCreate();
      database = new Database(settings.database(), settings.databaseConnections());
      Deployment deployment = new Deployment(database.jdbc(), masterKey, settings);
      deployment.requireSame();
      Optional<String> secret = settings.optional("gateway.callback.secret");
      List<WebhookSecret> callbackSecrets =
          WebhookSecret.parseAll(
              secret.isPresent()
                  ? secret.get()
                  : folder.callbackSecret(deployment::callbackSecret));
      return new Persistence(
          settings,
          Optional.of(folder),
          database,
          masterKey,
          callbackSecrets,
          Optional.of(deployment.filesMark()));
    } catch (IOException | RuntimeException e) {
      if (database != null) {
        database.close();
      }
      folder.close();
      throw StartFailure.of(e, settings);
    }
  }

  /**
   * Stands in for an open one while routes are tried: nothing is opened, read or made, and its
   * secrets are of the moment.
   */
  public static Persistence unopened(Settings settings) {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return new Persistence(
        settings,
        Optional.empty(),
        Database.unopened(settings.database(), settings.databaseConnections()),
        MasterKey.ofBase64(Base64.getEncoder().encodeToString(key)),
        List.of(WebhookSecret.generate()),
        Optional.empty());
  }

  /**
   * Sees to it that somebody can call. Where no key is configured and none stored, one that may do
   * everything is made and stored.
   *
   * @return the key just made, whose secret is known nowhere else
   * @throws StartFailure where there is none and other machines reach the gateway
   */
  public Optional<GeneratedKey> firstKey(Instant now) {
    KeyStore store = keyStore();
    if (!store.all().isEmpty()
        || settings.optional("gateway.api-keys").isPresent()
        || new AccessSettings(settings).hasOtherWays()) {
      return Optional.empty();
    }
    if (!settings.isLoopback()) {
      throw new StartFailure(
          "The gateway is to listen on "
              + settings.host()
              + ", where other machines reach it, but no key is set. Set GATEWAY_API_KEYS, for"
              + " example to me:SECRET:run+raw with the output of openssl rand -hex 32 as SECRET;"
              + " or set GATEWAY_HOST=127.0.0.1.");
    }
    GeneratedKey key = ApiKeys.generate("first", EnumSet.allOf(Scope.class));
    try {
      store.add(key.record(), now);
    } catch (DuplicateKeyException e) {
      // Another gateway on the same database was first, and has printed its own.
      return Optional.empty();
    }
    return Optional.of(key);
  }

  Database database() {
    return database;
  }

  MasterKey masterKey() {
    return masterKey;
  }

  /** The secrets that callbacks are signed with, the newest first. */
  public List<WebhookSecret> callbackSecrets() {
    return callbackSecrets;
  }

  /** The mark of the folder of files; empty where nothing is opened. */
  Optional<String> filesMark() {
    return filesMark;
  }

  /** The keys that the gateway itself has made. */
  public KeyStore keyStore() {
    return new KeyStore(database.jdbc(), database.transaction(), masterKey);
  }

  /** Whether it stands on a database that can be asked, and not on one that is never opened. */
  boolean isOpen() {
    return folder.isPresent();
  }

  /** What this gateway is called in leases, and towards ComfyUI as {@code client_id}. */
  String gatewayId() {
    return folder.map(DataFolder::gatewayId).orElse("unopened");
  }

  /**
   * Leaves word in the data folder of how the command reaches this gateway.
   *
   * @throws IOException where the folder cannot be written
   */
  void announce(LocalAdmin admin) throws IOException {
    if (folder.isPresent()) {
      admin.write(settings.dataDir());
    }
  }

  @Override
  public void close() {
    if (folder.isPresent()) {
      LocalAdmin.remove(settings.dataDir());
    }
    database.close();
    folder.ifPresent(DataFolder::close);
  }
}
