package io.comfygateway.cli;

import io.comfygateway.app.StartFailure;
import io.comfygateway.backup.BackupPlaces;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a gateway with H2 keeps on disk, as a command finds it.
 *
 * @param settings the settings of the gateway
 * @param places its data folder and its folder of files
 */
record EmbeddedData(Settings settings, BackupPlaces places) {

  /**
   * Reads the settings.
   *
   * @throws Settings.InvalidSettings where they cannot be used
   */
  static EmbeddedData of(ConfigOption config) {
    Settings settings = Settings.read(config.file(), Map.of());
    return new EmbeddedData(
        settings, new BackupPlaces(settings.get(StorageSettings.DATA_DIR), settings.filesDir()));
  }

  /**
   * Refuses a gateway that uses PostgreSQL.
   *
   * @param advice a sentence that says what to do there
   * @throws StartFailure where it uses PostgreSQL
   */
  void requireH2(String advice) {
    if (settings.get(StorageSettings.DB_URL).isPresent()) {
      throw new StartFailure(
          "GATEWAY_DB_URL names PostgreSQL ("
              + settings.database().describe()
              + "), and ./gateway backup and restore are for H2. "
              + advice);
    }
  }

  /**
   * The file of the database.
   *
   * @throws StartFailure where there is none
   */
  Path database() {
    if (!Files.exists(places.database())) {
      throw new StartFailure(
          "There is no H2 database in "
              + settings.get(StorageSettings.DATA_DIR)
              + ". Set GATEWAY_DATA_DIR to the data folder of the gateway.");
    }
    return places.database();
  }
}
