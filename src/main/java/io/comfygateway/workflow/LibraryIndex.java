package io.comfygateway.workflow;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.FileStamp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One state of the library.
 *
 * @param entries what each file gave, by its path
 * @param byRef the workflows, by name and by name and version
 * @param all every version of every workflow, by name, the current one of each first
 * @param faults what is wrong, by file and line
 */
record LibraryIndex(
    Map<String, Entry> entries,
    Map<String, Version> byRef,
    List<Workflow> all,
    List<FileFault> faults) {
  static final LibraryIndex EMPTY = new LibraryIndex(Map.of(), Map.of(), List.of(), List.of());

  /** What the last try to load a file gave. */
  record Entry(
      List<FileStamp> stamps,
      Optional<Version> serving,
      List<FileFault> faults,
      Conversion conversion) {}

  /**
   * How a graph came from a file of the editor.
   *
   * @param isNeeded whether it did at all
   * @param isWaiting whether no server has reported its node classes yet
   * @param by what has converted it
   * @param classes the node classes that it was converted with
   */
  record Conversion(
      boolean isNeeded, boolean isWaiting, EditorFiles by, Optional<ObjectInfo> classes) {

    /**
     * Whether it is to be done again, since the classes are others now, or the place to keep it.
     */
    boolean isDue(EditorFiles editor, Optional<ObjectInfo> now) {
      return isNeeded && (by != editor || (now.isPresent() && !classes.equals(now)));
    }
  }

  /**
   * A workflow of a file.
   *
   * @param source what it is made from; without a file of the editor, which is large
   * @param editorBytes how many bytes of JSON the editor's file has; 0 if there is none
   */
  record Version(WorkflowFile file, Workflow workflow, WorkflowSource source, int editorBytes) {
    Version(WorkflowFile file, Workflow workflow, WorkflowSource source) {
      this(file, workflow, source, source.editorBytes());
    }

    /** The same under a number that was kept, without the editor's file. */
    Version numbered(int number) {
      return new Version(file, workflow.withVersion(number), source.withoutEditor(), editorBytes);
    }
  }

  /** Indexes what the files gave; clashes of versions are added to the faults. */
  static LibraryIndex of(Map<String, Entry> entries, List<FileFault> faults) {
    Map<String, List<Version>> byName = new TreeMap<>();
    entries.values().stream()
        .flatMap(entry -> entry.serving().stream())
        .forEach(
            version ->
                byName
                    .computeIfAbsent(version.workflow().name(), name -> new ArrayList<>())
                    .add(version));
    Map<String, Version> byRef = new HashMap<>();
    List<Workflow> all = new ArrayList<>();
    byName.forEach(
        (name, versions) -> {
          List<Version> ordered = order(versions, faults);
          byRef.put(name, ordered.get(0));
          ordered.forEach(version -> byRef.put(version.workflow().ref(), version));
          all.addAll(ordered.stream().map(Version::workflow).toList());
        });
    entries.values().forEach(entry -> faults.addAll(entry.faults()));
    faults.sort(Comparator.comparing(FileFault::file).thenComparing(FileFault::line));
    return new LibraryIndex(
        Map.copyOf(entries), Map.copyOf(byRef), List.copyOf(all), List.copyOf(faults));
  }

  /** The current version first, then the newest; what claims to be newer than it is left out. */
  private static List<Version> order(List<Version> versions, List<FileFault> faults) {
    Optional<Version> current =
        versions.stream().filter(it -> it.file().name().version().isEmpty()).findFirst();
    List<Version> ordered = new ArrayList<>(current.stream().toList());
    versions.stream()
        .filter(it -> it.file().name().version().isPresent())
        .sorted(Comparator.comparingInt((Version it) -> it.workflow().version()).reversed())
        .forEach(
            older -> {
              if (current.filter(now -> !isOlder(older, now)).isPresent()) {
                faults.add(
                    older
                        .file()
                        .clash(older.workflow(), current.get().file(), current.get().workflow()));
              } else {
                ordered.add(older);
              }
            });
    return ordered;
  }

  private static boolean isOlder(Version version, Version current) {
    return version.workflow().version() < current.workflow().version();
  }
}
