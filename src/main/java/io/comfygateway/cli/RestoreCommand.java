package io.comfygateway.cli;

import io.comfygateway.app.StartFailure;
import io.comfygateway.backup.BackupReader;
import io.comfygateway.backup.BackupWriter;
import io.comfygateway.settings.StorageSettings;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gateway restore}: restores a backup into an empty data folder. */
@Command(
    name = "restore",
    description =
        "Restores a backup into an empty data folder, completely or not at all. Start the gateway"
            + " afterwards.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOption config;

  @Parameters(paramLabel = "FILE", description = "A file that gateway backup has written.")
  private Path file;

  @Override
  public Integer call() {
    EmbeddedData data = EmbeddedData.of(config);
    data.requireH2("Restore without that setting, then run ./gateway migrate.");
    Path folder = data.places().data();
    try {
      BackupWriter.About about = new BackupReader(data.places()).restore(file.toAbsolutePath());
      var out = spec.commandLine().getOut();
      out.printf("Restored the backup of %s into %s. Start the gateway.%n", about.madeAt(), folder);
      if (!about.hasMasterKey() && data.settings().get(StorageSettings.MASTER_KEY).isEmpty()) {
        out.println(
            "The backup does not contain the master key: set GATEWAY_MASTER_KEY to the one of the"
                + " gateway that was backed up.");
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
              + "), and the folders are as before. Check that this user may write to "
              + folder
              + " and that the disk has enough free space.");
    }
  }
}
