package io.comfygateway.app;

import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.files.BucketJobFiles;
import io.comfygateway.files.BucketState;
import io.comfygateway.files.FilesFolder;
import io.comfygateway.files.FilesState;
import io.comfygateway.files.FolderJobFiles;
import io.comfygateway.files.FreeSpace;
import io.comfygateway.files.JobFiles;
import io.comfygateway.output.BucketOutputStore;
import io.comfygateway.output.FolderOutputStore;
import io.comfygateway.output.OutputStore;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where the files of jobs are stored: a folder or a bucket. */
final class FilesBeans {
  private final Optional<FilesBucket> bucket;
  private final Map<String, Path> disks = new HashMap<>();
  private final List<Path> restricted;
  private final Path temporary;
  private final FilesState state;
  private final JobFiles jobFiles;
  private final JobFiles uploads;
  private final OutputStore outputStore;
  private final Optional<FolderOutputStore> outputFolder;

  FilesBeans(SharedBeans shared) {
    Settings settings = shared.settings();
    Path data = settings.get(StorageSettings.DATA_DIR);
    this.bucket = shared.persistence().filesBucket();
    this.temporary = data.resolve("transfer");
    disks.put("data", data);
    if (bucket.isEmpty()) {
      disks.put("files", settings.filesDir());
    }
    FreeSpace space =
        new FreeSpace(Set.copyOf(disks.values()), settings.get(StorageSettings.MIN_FREE));
    if (bucket.isPresent()) {
      BucketState known =
          new BucketState(
              bucket.get().folder(),
              shared.persistence().filesMark(),
              space,
              bucket.get().checks(),
              shared.clock());
      this.state = known;
      this.jobFiles = new BucketJobFiles(bucket.get().folder(), "inputs", known, temporary);
      this.uploads = new BucketJobFiles(bucket.get().folder(), "uploads", known, temporary);
      this.outputStore = new BucketOutputStore(bucket.get().folder(), known, temporary);
      this.outputFolder = Optional.empty();
      this.restricted = List.of();
    } else {
      Path inputs = settings.filesDir().resolve("inputs");
      Path outputs = settings.filesDir().resolve("outputs");
      this.state = new FilesFolder(settings.filesDir(), shared.persistence().filesMark(), space);
      this.jobFiles = new FolderJobFiles(inputs, state);
      // A backup has the inputs, and so these.
      this.uploads = new FolderJobFiles(inputs.resolve("uploads"), state);
      FolderOutputStore folder = new FolderOutputStore(outputs, state);
      this.outputStore = folder;
      this.outputFolder = Optional.of(folder);
      this.restricted = List.of(inputs, outputs);
    }
  }

  /** Whether files can be stored now. */
  FilesState state() {
    return state;
  }

  /** Whether the files are in a bucket. */
  boolean isRemote() {
    return bucket.isPresent();
  }

  /** The folders whose disks are used, by name. */
  Map<String, Path> disks() {
    return Map.copyOf(disks);
  }

  /** The folder of files on their way to the bucket or from it. */
  Path temporary() {
    return temporary;
  }

  JobFiles jobFiles() {
    return jobFiles;
  }

  /** The uploads of clients, each under an id of its own. */
  JobFiles uploads() {
    return uploads;
  }

  OutputStore outputStore() {
    return outputStore;
  }

  /**
   * Removes partial files of a gateway that was killed, and restricts folders that an older version
   * created with the permissions of the umask.
   *
   * @throws IOException where the folder cannot be read or written
   */
  void prepare() throws IOException {
    if (outputFolder.isPresent()) {
      outputFolder.get().sweepTemporary();
    }
    for (Path each : restricted) {
      if (Files.isDirectory(each)) {
        PrivateFiles.restrict(each);
      }
    }
  }
}
