package io.comfygateway.cli;

import io.comfygateway.app.StartFailure;
import io.comfygateway.backup.BackupPlaces;
import io.comfygateway.backup.BackupReader;
import io.comfygateway.backup.BackupWriter;
import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gateway restore}: puts a backup of {@code gateway backup} into an empty data folder. */
@Command(
    name = "restore",
    description =
        "Puts a backup into an empty data folder. It is restored whole or not at all; then start"
            + " the gateway.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOption config;

  @Parameters(paramLabel = "FILE", description = "What gateway backup has written.")
  private Path file;

  @Override
  public Integer call() {
    Settings settings = Settings.read(config.file(), Map.of());
    if (settings.optional("gateway.db.url").isPresent()) {
      throw new StartFailure(
          "GATEWAY_DB_URL names PostgreSQL ("
              + settings.database().describe()
              + "), and the backup is of H2. Restore it without that setting; then ./gateway"
              + " migrate brings it into PostgreSQL.");
    }
    try {
      BackupWriter.About about =
          new BackupReader(new BackupPlaces(settings.dataDir(), settings.filesDir()))
              .restore(file.toAbsolutePath());
      var out = spec.commandLine().getOut();
      out.printf(
          "Restored the backup of %s into %s. Start the gateway.%n",
          about.madeAt(), settings.dataDir());
      if (!about.hasMasterKey() && settings.optional("gateway.master-key").isEmpty()) {
        out.println(
            "The master key is not in the backup: set GATEWAY_MASTER_KEY to the one that it was"
                + " made with.");
      }
      out.flush();
      return 0;
    } catch (BackupReader.UnusableBackupException e) {
      throw new StartFailure(e.getMessage());
    } catch (NoSuchFileException e) {
      throw new StartFailure("There is no file " + e.getFile() + ".");
    } catch (IOException e) {
      throw new StartFailure(
          "The backup was not restored ("
              + e
              + "), and nothing of it is left. May this user write to "
              + settings.dataDir()
              + ", and is there room?");
    }
  }
}
