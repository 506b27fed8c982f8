package io.comfygateway.cli;

import io.comfygateway.app.DataFolder;
import io.comfygateway.app.StartFailure;
import io.comfygateway.backup.DatabaseMove;
import io.comfygateway.database.Database;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gateway migrate}: copies the H2 database into an empty PostgreSQL database. */
@Command(
    name = "migrate",
    description =
        "Copies the H2 database of a stopped gateway into the empty PostgreSQL database of"
            + " GATEWAY_DB_URL, completely or not at all. The H2 file is not changed.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class MigrateCommand implements Callable<Integer> {
  private static final int CONNECTIONS = 2;

  @Spec private CommandSpec spec;
  @Mixin private ConfigOption config;

  @Override
  public Integer call() {
    EmbeddedData data = EmbeddedData.of(config);
    Settings settings = data.settings();
    if (settings.get(StorageSettings.DB_URL).isEmpty()) {
      throw new StartFailure(
          "GATEWAY_DB_URL is not set. Set it, with GATEWAY_DB_USER and GATEWAY_DB_PASSWORD, to the"
              + " empty PostgreSQL database to copy into.");
    }
    Path file = data.database();
    DataFolder folder = DataFolder.open(settings.get(StorageSettings.DATA_DIR));
    try {
      print(move(settings, file), settings, file);
      return 0;
    } finally {
      folder.close();
    }
  }

  // Reads a copy of the file, because opening a database migrates its tables.
  private static Map<String, Long> move(Settings settings, Path file) {
    Path place = settings.get(StorageSettings.DATA_DIR).resolve("migrating");
    try {
      removeCopy(place);
      PrivateFiles.createDirectory(place);
      try (var out = PrivateFiles.newOutputStream(place.resolve(file.getFileName()))) {
        Files.copy(file, out);
      }
      Database.Address copy =
          new Database.Address(Optional.empty(), Optional.empty(), Optional.empty(), place);
      try (Database source = new Database(copy, CONNECTIONS);
          Database target = new Database(settings.database(), CONNECTIONS)) {
        return new DatabaseMove(source.dataSource(), target.dataSource()).run();
      }
    } catch (DatabaseMove.TargetNotEmptyException e) {
      throw new StartFailure(
          "The database ("
              + settings.database().describe()
              + ") is not empty: its table "
              + e.getMessage()
              + " has rows. Nothing was copied. Name an empty database in GATEWAY_DB_URL.");
    } catch (SQLException e) {
      throw new StartFailure(
          "Nothing was copied: the database ("
              + settings.database().describe()
              + ") failed: "
              + StartFailure.reason(e)
              + ".");
    } catch (IOException e) {
      throw new StartFailure(
          "Nothing was copied: a temporary copy of "
              + file
              + " cannot be written to "
              + place
              + " ("
              + e
              + "). Check that the disk has enough free space.");
    } catch (RuntimeException e) {
      throw StartFailure.of(e, settings);
    } finally {
      removeQuietly(place);
    }
  }

  private static void removeQuietly(Path place) {
    try {
      removeCopy(place);
    } catch (IOException e) {
      // The next run removes it, or says why it cannot.
      return;
    }
  }

  private static void removeCopy(Path place) throws IOException {
    if (Files.isDirectory(place)) {
      try (var files = Files.list(place)) {
        for (Path each : files.toList()) {
          Files.delete(each);
        }
      }
      Files.delete(place);
    }
  }

  private void print(Map<String, Long> counts, Settings settings, Path file) {
    var out = spec.commandLine().getOut();
    counts.forEach((table, rows) -> out.printf("  %-16s %d%n", table, rows));
    out.printf(
        "Copied into %s. Start the gateway with these settings. When it works, move %s away:"
            + " without GATEWAY_DB_URL a gateway would use it again.%n",
        settings.database().describe(), file);
    out.flush();
  }
}
