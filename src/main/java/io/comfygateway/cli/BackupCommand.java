package io.comfygateway.cli;

import io.comfygateway.api.Snapshots;
import io.comfygateway.app.DataFolder;
import io.comfygateway.app.LocalAdmin;
import io.comfygateway.app.StartFailure;
import io.comfygateway.app.Version;
import io.comfygateway.backup.BackupPlaces;
import io.comfygateway.backup.BackupWriter;
import io.comfygateway.disk.DurableFolder;
import io.comfygateway.s3.BucketAddress;
import io.comfygateway.settings.StorageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code gateway backup}: copies everything that a gateway with H2 keeps to one file, whether it
 * runs or not.
 */
@Command(
    name = "backup",
    description =
        "Writes the database, files, master key and callback secret to one file, whether the"
            + " gateway runs or not. For H2; use pg_dump for PostgreSQL.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class BackupCommand implements Callable<Integer> {
  private static final Duration SNAPSHOT_TIMEOUT = Duration.ofMinutes(30);

  @Spec private CommandSpec spec;
  @Mixin private ConfigOption config;

  @Parameters(paramLabel = "FILE", description = "The backup file, which must not exist yet.")
  private Path file;

  @Override
  public Integer call() {
    EmbeddedData data = EmbeddedData.of(config);
    data.requireH2("Back it up with pg_dump, as docs/operating.md describes.");
    Path target = file.toAbsolutePath().normalize();
    requirePossible(target, data);
    try {
      print(
          target,
          running(data, target).or(() -> Optional.of(stopped(data, target))).orElseThrow(),
          data.settings().get(StorageSettings.FILES));
      return 0;
    } catch (BackupFailed e) {
      throw e.failure(target);
    }
  }

  private static void requirePossible(Path target, EmbeddedData data) {
    if (Files.exists(target)) {
      throw new StartFailure("The file " + target + " already exists. Choose another name.");
    }
    Path folder = DurableFolder.of(target);
    if (!Files.isDirectory(folder)) {
      throw new StartFailure("There is no folder " + folder + ".");
    }
    if (target.startsWith(data.places().data()) || target.startsWith(data.places().files())) {
      throw new StartFailure(
          "The backup would be written into a folder that it copies. Choose another folder, best on"
              + " another disk.");
    }
    data.database();
  }

  // Empty where no gateway runs on the data folder.
  private static Optional<BackupWriter.Written> running(EmbeddedData data, Path target) {
    Path folder = data.places().data();
    Optional<LocalAdmin> admin = LocalAdmin.read(folder);
    if (admin.isEmpty()) {
      return Optional.empty();
    }
    try {
      String name =
          new LocalClient(admin.get())
              .send("POST", "/snapshot", "", SNAPSHOT_TIMEOUT)
              .path("file")
              .asText();
      Path snapshot = Snapshots.folder(folder).resolve(Path.of(name).getFileName());
      try {
        return Optional.of(write(data.places(), BackupWriter.ofSnapshot(snapshot), target));
      } finally {
        Files.deleteIfExists(snapshot);
      }
    } catch (LocalClient.NotRunning e) {
      // The gateway was killed and has left its file behind.
      return Optional.empty();
    } catch (IOException e) {
      throw new BackupFailed(e);
    }
  }

  // Copies the file as it is, even if it was written by an older version.
  private static BackupWriter.Written stopped(EmbeddedData data, Path target) {
    DataFolder folder = DataFolder.open(data.places().data());
    try {
      return write(data.places(), () -> Files.newInputStream(data.database()), target);
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

  private void print(Path target, BackupWriter.Written written, Optional<BucketAddress> bucket) {
    var out = spec.commandLine().getOut();
    out.printf(
        "Backed up the database and %d files of jobs, %.1f MB, into %s.%n",
        written.files(), written.bytes() / 1e6, target);
    bucket.ifPresent(
        address ->
            out.println(
                "The files of jobs are in the bucket " + address + " and not in the backup."));
    out.println(
        written.hasMasterKey()
            ? "The backup contains the master key: whoever has the file can read every job."
            : "The backup does not contain the master key. Keep GATEWAY_MASTER_KEY in another place;"
                + " without it no job can be read.");
    out.flush();
  }

  private static final class BackupFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BackupFailed(IOException why) {
      super(why);
    }

    StartFailure failure(Path target) {
      return new StartFailure(
          "The backup "
              + target
              + " was not written ("
              + getCause()
              + ") and has been removed. Check that the disk has enough free space.");
    }
  }
}
