package io.comfygateway.cli;

import io.comfygateway.api.Snapshots;
import io.comfygateway.app.DataFolder;
import io.comfygateway.app.LocalAdmin;
import io.comfygateway.app.StartFailure;
import io.comfygateway.app.Version;
import io.comfygateway.backup.BackupPlaces;
import io.comfygateway.backup.BackupWriter;
import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code gateway backup}: all that a gateway with H2 keeps, in one file, whether it runs or not.
 */
@Command(
    name = "backup",
    description =
        "Writes database, files, master key and callback secret into one file, while the gateway"
            + " runs or not. For H2; PostgreSQL has pg_dump.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class BackupCommand implements Callable<Integer> {
  private static final Duration LONGEST_SNAPSHOT = Duration.ofMinutes(30);

  @Spec private CommandSpec spec;
  @Mixin private ConfigOption config;

  @Parameters(paramLabel = "FILE", description = "The backup; there must be no such file yet.")
  private Path file;

  @Override
  public Integer call() {
    Settings settings = Settings.read(config.file(), Map.of());
    if (settings.optional("gateway.db.url").isPresent()) {
      throw new StartFailure(
          "The jobs are in PostgreSQL ("
              + settings.database().describe()
              + "). Back it up with pg_dump; docs/operating.md says how, and what belongs to it.");
    }
    Path target = file.toAbsolutePath().normalize();
    requirePossible(target, settings);
    BackupPlaces places = new BackupPlaces(settings.dataDir(), settings.filesDir());
    try {
      BackupWriter.Written written =
          running(settings, places, target)
              .or(() -> stopped(settings, places, target))
              .orElseThrow();
      tell(target, written);
      return 0;
    } catch (BackupFailed e) {
      throw e.told(target);
    }
  }

  private static void requirePossible(Path target, Settings settings) {
    if (Files.exists(target)) {
      throw new StartFailure("The file " + target + " is there already. Name another one.");
    }
    if (!Files.isDirectory(target.getParent())) {
      throw new StartFailure("There is no folder " + target.getParent() + ".");
    }
    if (target.startsWith(settings.dataDir()) || target.startsWith(settings.filesDir())) {
      throw new StartFailure(
          "The backup would lie in the folder that it is of. Name a file elsewhere, best on another"
              + " disk.");
    }
    if (!Files.exists(new BackupPlaces(settings.dataDir(), settings.filesDir()).database())) {
      throw new StartFailure(
          "There is no database in "
              + settings.dataDir()
              + ", so there is nothing to back up. Is GATEWAY_DATA_DIR that of the gateway?");
    }
  }

  private static Optional<BackupWriter.Written> running(
      Settings settings, BackupPlaces places, Path target) {
    Optional<LocalAdmin> admin = LocalAdmin.read(settings.dataDir());
    if (admin.isEmpty()) {
      return Optional.empty();
    }
    try {
      String name =
          new LocalClient(admin.get())
              .send("POST", "/snapshot", "", LONGEST_SNAPSHOT)
              .path("file")
              .asText();
      Path snapshot = Snapshots.folder(settings.dataDir()).resolve(Path.of(name).getFileName());
      try {
        return Optional.of(write(places, BackupWriter.ofSnapshot(snapshot), target));
      } finally {
        Files.deleteIfExists(snapshot);
      }
    } catch (LocalClient.NotRunning e) {
      // It was killed, and its file is left over.
      return Optional.empty();
    } catch (IOException e) {
      throw new BackupFailed(e);
    }
  }

  // The file as it is: a newer program changes no tables here.
  private static Optional<BackupWriter.Written> stopped(
      Settings settings, BackupPlaces places, Path target) {
    DataFolder folder = DataFolder.open(settings.dataDir());
    try {
      return Optional.of(write(places, () -> Files.newInputStream(places.database()), target));
    } catch (IOException e) {
      throw new BackupFailed(e);
    } finally {
      folder.close();
    }
  }

  private static BackupWriter.Written write(
      BackupPlaces places, BackupWriter.DatabaseCopy database, Path target) throws IOException {
    return new BackupWriter(places, Version.current(), Instant.now()).write(database, target);
  }

  private void tell(Path target, BackupWriter.Written written) {
    var out = spec.commandLine().getOut();
    out.printf(
        "Backed up the database and %d files of jobs, %.1f MB, into %s.%n",
        written.files(), written.bytes() / 1e6, target);
    out.println(
        written.hasMasterKey()
            ? "The master key is in it: whoever has the file can read every job."
            : "The master key is not in it: keep GATEWAY_MASTER_KEY apart, without it no job can be"
                + " read.");
    out.flush();
  }

  private static final class BackupFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BackupFailed(IOException why) {
      super(why);
    }

    StartFailure told(Path target) {
      return new StartFailure(
          "The backup "
              + target
              + " was not written ("
              + getCause()
              + "). Nothing is left of it; is there room?");
    }
  }
}
