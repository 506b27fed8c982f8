package io.comfygateway.backup;

import io.comfygateway.files.FilesFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a backup contains, and where each part of it belongs on disk.
 *
 * @param data the data folder
 * @param files the folder with the files of jobs, which may be the data folder
 */
public record BackupPlaces(Path data, Path files) {
  /** The file of H2. */
  public static final String DATABASE = "gateway.mv.db";

  /** Small files beside the database; a setting can replace each. */
  public static final List<String> MARKS = List.of("master.key", "callback-secret", "gateway-id");

  /** The folders of files in the order of copying: inputs are removed before outputs. */
  public static final List<String> FOLDERS = List.of("inputs", "outputs");

  static final String DATA_PREFIX = "data/";
  static final String FILES_PREFIX = "files/";

  /** The file of H2 in the data folder. */
  public Path database() {
    return data.resolve(DATABASE);
  }

  /**
   * Where an entry of a backup belongs; empty for an entry that no backup has, such as one whose
   * path leaves the folder.
   */
  Optional<Path> of(String entry) {
    if (entry.equals(DATA_PREFIX + DATABASE)) {
      return Optional.of(database());
    }
    if (entry.startsWith(DATA_PREFIX) && MARKS.contains(entry.substring(DATA_PREFIX.length()))) {
      return Optional.of(data.resolve(entry.substring(DATA_PREFIX.length())));
    }
    String name = entry.startsWith(FILES_PREFIX) ? entry.substring(FILES_PREFIX.length()) : "";
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

  /** Everything that a restore creates. */
  List<Path> all() {
    List<Path> all = new ArrayList<>(List.of(database(), FilesFolder.markFile(files)));
    MARKS.forEach(name -> all.add(data.resolve(name)));
    FOLDERS.forEach(name -> all.add(files.resolve(name)));
    return all;
  }
}
