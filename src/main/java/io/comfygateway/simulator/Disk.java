package io.comfygateway.simulator;

import io.comfygateway.simulator.media.Picture;
import io.comfygateway.simulator.media.PictureFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The output, temp and input folders. They outlive a restart; temp files do not. */
final class Disk {
  // A soak test may write millions; only the newest are kept.
  private static final int FILES = 50_000;

  private final Map<FileRef, Content> files =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<FileRef, Content> eldest) {
          return size() > FILES;
        }
      };
  private final Map<String, Integer> counters = new HashMap<>();
  private final Optional<OutputFolder> outputs;

  /**
   * @param outputs what gets a copy of everything that is saved in the output folder
   */
  Disk(Optional<OutputFolder> outputs) {
    this.outputs = outputs;
  }

  /**
   * Saves a file under the next free number, {@code prefix_00001_.ext}.
   *
   * @param prefix the name's beginning, with folders before it
   * @param extension with its dot
   * @throws NodeFailure if the prefix leads out of the folder, or the file cannot be written
   */
  FileRef save(String type, String prefix, String extension, Content content) throws NodeFailure {
    FileRef ref = free(type, prefix, extension);
    if (outputs.isPresent() && type.equals("output")) {
      outputs.get().write(ref, content);
    }
    put(ref, content);
    return ref;
  }

  private synchronized FileRef free(String type, String prefix, String extension)
      throws NodeFailure {
    int slash = prefix.replace('\\', '/').lastIndexOf('/');
    String subfolder =
        Folders.normal(prefix.substring(0, Math.max(0, slash)))
            .orElseThrow(
                () ->
                    new NodeFailure(
                        "Exception", "Saving image outside the output folder is not allowed."));
    String name = prefix.substring(slash + 1);
    int number = counters.merge(type + "/" + subfolder + "/" + name, 1, Integer::sum);
    return new FileRef("%s_%05d_%s".formatted(name, number, extension), subfolder, type);
  }

  synchronized Optional<Content> find(FileRef ref) {
    return Optional.ofNullable(files.get(ref));
  }

  synchronized void put(FileRef ref, Content content) {
    files.put(ref, content);
  }

  /** The paths of the uploads at the top of the input folder, as LoadImage lists them. */
  synchronized List<String> uploads() {
    return files.keySet().stream()
        .filter(ref -> ref.type().equals("input") && ref.subfolder().isEmpty())
        .map(FileRef::filename)
        .sorted()
        .toList();
  }

  /**
   * Finds a file by the path that LoadImage takes, {@code folder/name.png} or with {@code [temp]}.
   */
  Optional<Content> byPath(String annotated) {
    String type = "input";
    String path = annotated;
    for (String folder : List.of("input", "output", "temp")) {
      if (annotated.endsWith("[" + folder + "]")) {
        type = folder;
        path = annotated.substring(0, annotated.length() - folder.length() - 2).stripTrailing();
      }
    }
    int slash = path.lastIndexOf('/');
    return find(
        new FileRef(path.substring(slash + 1), path.substring(0, Math.max(0, slash)), type));
  }

  /** Reads a whole file. Large generated ones have no bytes to give. */
  byte[] read(Content content) throws IOException {
    if (content instanceof Content.Drawn drawn) {
      return drawn.file().get();
    }
    return content instanceof Content.Uploaded uploaded
        ? Files.readAllBytes(uploaded.path())
        : new byte[0];
  }

  /** The picture in a file, empty where there is none that can be read. */
  Optional<Picture> picture(Content content) throws IOException {
    return PictureFile.read(read(content));
  }

  /** Removes what prompts have saved, as a clean-up of the output folder would. */
  synchronized void sweepOutputs() {
    files.keySet().removeIf(ref -> ref.type().equals("output"));
  }

  synchronized void restart() {
    files.keySet().removeIf(ref -> ref.type().equals("temp"));
  }
}
