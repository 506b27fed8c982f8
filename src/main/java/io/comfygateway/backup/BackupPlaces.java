package io.comfygateway.backup;

import io.comfygateway.output.FilesFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a backup holds of a gateway, and where it lies.
 *
 * @param data the data folder
 * @param files the folder of the files of jobs, which may be the same
 */
public record BackupPlaces(Path data, Path files) {
  /** The file of H2. */
  public static final String DATABASE = "gateway.mv.db";

  /** What a gateway keeps beside its database, where no setting gives it. */
  public static final List<String> MARKS = List.of("master.key", "callback-secret", "gateway-id");

  /** The folders of files, in the order in which they are copied: inputs go away first. */
  public static final List<String> FOLDERS = List.of("inputs", "outputs");

  static final String OF_DATA = "data/";
  static final String OF_FILES = "files/";

  /** The file of H2 in the data folder. */
  public Path database() {
    return data.resolve(DATABASE);
  }

  /**
   * Where an entry of a backup belongs; empty where it is none that a backup has, such as one that
   * leads out of its folder.
   */
  Optional<Path> of(String entry) {
    if (entry.equals(OF_DATA + DATABASE)) {
      return Optional.of(database());
    }
    if (entry.startsWith(OF_DATA) && MARKS.contains(entry.substring(OF_DATA.length()))) {
      return Optional.of(data.resolve(entry.substring(OF_DATA.length())));
    }
    String name = entry.startsWith(OF_FILES) ? entry.substring(OF_FILES.length()) : "";
    if (name.equals(FilesFolder.markFile(files).getFileName().toString())) {
      return Optional.of(FilesFolder.markFile(files));
    }
    for (String folder : FOLDERS) {
      Path place = files.resolve(name).normalize();
      if (name.startsWith(folder + "/") && place.startsWith(files.resolve(folder))) {
        return Optional.of(place);
      }
    }
    return Optional.empty();
  }

  /** All that a restore makes. */
  List<Path> all() {
    List<Path> all = new ArrayList<>(List.of(database(), FilesFolder.markFile(files)));
    MARKS.forEach(name -> all.add(data.resolve(name)));
    FOLDERS.forEach(name -> all.add(files.resolve(name)));
    return all;
  }
}
