package io.comfygateway.app;

import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.output.FilesFolder;
import io.comfygateway.output.FolderOutputStore;
import io.comfygateway.output.FreeSpace;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The folder that holds the files of jobs. */
final class FilesBeans {
  private final FilesFolder folder;
  private final Path inputs;
  private final Path outputs;
  private final FolderOutputStore outputStore;

  FilesBeans(SharedBeans shared) {
    Settings settings = shared.settings();
    this.folder =
        new FilesFolder(
            settings.filesDir(),
            shared.persistence().filesMark(),
            new FreeSpace(
                Set.copyOf(List.of(settings.filesDir(), settings.get(StorageSettings.DATA_DIR))),
                settings.get(StorageSettings.MIN_FREE)));
    this.inputs = settings.filesDir().resolve("inputs");
    this.outputs = settings.filesDir().resolve("outputs");
    this.outputStore = new FolderOutputStore(outputs, folder);
  }

  FilesFolder folder() {
    return folder;
  }

  /** Where input files are stored. */
  Path inputs() {
    return inputs;
  }

  FolderOutputStore outputStore() {
    return outputStore;
  }

  /**
   * Removes partial files of a gateway that was killed, and restricts folders that an older version
   * created with the permissions of the umask.
   *
   * @throws IOException where the folder cannot be read or written
   */
  void prepare() throws IOException {
    outputStore.sweepTemporary();
    for (Path each : List.of(inputs, outputs)) {
      if (Files.isDirectory(each)) {
        PrivateFiles.restrict(each);
      }
    }
  }
}
