package io.comfygateway.workflow;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.FileStamp;
import io.comfygateway.config.Yaml;
import io.comfygateway.workflow.LibraryIndex.Conversion;
import io.comfygateway.workflow.LibraryIndex.Entry;
import io.comfygateway.workflow.LibraryIndex.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of the library, loaded; each is loaded again when it has changed. */
final class LibraryFiles {
  private final Path folder;
  private final Graph.Limits limits;
  private final GraphCarriers carriers;
  private EditorFiles editor = EditorFiles.waiting();
  private VersionNumbers numbers = new VersionNumbers(StoredWorkflows.none());
  private volatile LibraryIndex snapshot = LibraryIndex.EMPTY;
  private volatile Set<String> names = Set.of();

  LibraryFiles(Path folder, Graph.Limits limits) {
    this.folder = folder;
    this.limits = limits;
    this.carriers = new GraphCarriers(folder);
  }

  /** What the last {@link #reload} found. */
  LibraryIndex index() {
    return snapshot;
  }

  /** The names of all workflows that have a file, whether it loads or not. */
  Set<String> names() {
    return names;
  }

  synchronized void convertWith(Supplier<Optional<ObjectInfo>> classes) {
    editor = editor.with(classes);
  }

  synchronized void keepConverted(Path kept) {
    editor = editor.keptIn(kept);
  }

  /** Has versions numbered and kept elsewhere; all files are loaded again. */
  synchronized void numberedBy(StoredWorkflows stored) {
    numbers = new VersionNumbers(stored);
    snapshot = LibraryIndex.EMPTY;
  }

  /**
   * Takes over files that are new, changed (by time or size) or gone.
   *
   * @return whether anything changed
   */
  // An entry that stays is the same object; comparing graphs would cost more than it saves.
  @SuppressWarnings("ReferenceEquality")
  synchronized boolean reload() {
    List<FileFault> faults = new ArrayList<>();
    Map<String, Entry> entries = new TreeMap<>();
    numbers.begin();
    try {
      LibraryFolder found = LibraryFolder.read(folder, carriers::carries, faults);
      List<WorkflowFile> files = withOwnNames(found.workflows(), faults);
      names =
          found.workflows().stream().map(file -> file.name().slug()).collect(Collectors.toSet());
      files.stream()
          .filter(file -> !file.isPreset())
          .forEach(file -> entries.put(file.json(), load(file)));
      boolean isAnyGraphNew =
          entries.entrySet().stream()
              .anyMatch(entry -> snapshot.entries().get(entry.getKey()) != entry.getValue());
      Map<String, Version> graphs = LibraryIndex.of(entries, new ArrayList<>()).byRef();
      List<FileStamp> stamps =
          entries.values().stream().flatMap(it -> it.stamps().stream()).toList();
      files.stream()
          .filter(WorkflowFile::isPreset)
          .forEach(file -> entries.put(file.json(), load(file, graphs, stamps, isAnyGraphNew)));
      carriers.keep(found.media());
      snapshot.entries().entrySet().stream()
          .filter(entry -> found.unread().stream().anyMatch(isAt(entry.getKey())))
          .forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
    } catch (IOException | UncheckedIOException e) {
      // A folder that is gone for a moment, as on a network drive, must not take all away.
      entries.putAll(snapshot.entries());
      String detail = "The folder cannot be read (" + e.getClass().getSimpleName() + ")";
      faults.add(new FileFault(folder.toString(), 0, "", detail, "make it, or set another"));
    }
    LibraryIndex next = LibraryIndex.of(entries, faults);
    boolean changed =
        !next.entries().equals(snapshot.entries()) || !faults.equals(snapshot.faults());
    snapshot = next;
    return changed;
  }

  private static Predicate<String> isAt(String file) {
    return unread -> file.equals(unread) || file.startsWith(unread + "/");
  }

  /**
   * Of several files of one name in URLs, the one that is called so serves, else the one that
   * served before, else none: which one is meant must not depend on chance.
   */
  private List<WorkflowFile> withOwnNames(List<WorkflowFile> files, List<FileFault> faults) {
    Map<String, List<WorkflowFile>> byName = new TreeMap<>();
    for (WorkflowFile file : files) {
      byName.computeIfAbsent(file.name().ref(), ref -> new ArrayList<>()).add(file);
    }
    List<WorkflowFile> chosen = new ArrayList<>();
    byName.forEach(
        (ref, same) -> {
          if (same.size() == 1) {
            chosen.addAll(same);
          } else {
            Optional<WorkflowFile> serving =
                first(same, file -> file.json().equals(ref + ".json"))
                    .or(() -> first(same, file -> snapshot.entries().containsKey(file.json())));
            serving.ifPresent(chosen::add);
            same.forEach(file -> faults.add(sameName(file, same, serving)));
          }
        });
    return chosen;
  }

  private static Optional<WorkflowFile> first(
      List<WorkflowFile> files, Predicate<WorkflowFile> wanted) {
    return files.stream().filter(wanted).findFirst();
  }

  private static FileFault sameName(
      WorkflowFile file, List<WorkflowFile> all, Optional<WorkflowFile> serving) {
    String others =
        all.stream()
            .filter(other -> !other.equals(file))
            .map(WorkflowFile::json)
            .collect(Collectors.joining(", "));
    return new FileFault(
        file.json(),
        0,
        "",
        "Its name in URLs is "
            + file.name().ref()
            + ", as is that of "
            + others
            + serving.map(it -> "; " + it.json() + " serves").orElse("; none of them serves"),
        "rename one of them");
  }

  private Entry load(WorkflowFile file) {
    Optional<Entry> before = Optional.ofNullable(snapshot.entries().get(file.json()));
    // Taken before the files are read: a change that comes in between is seen the next time.
    List<FileStamp> stamps =
        Stream.concat(Stream.of(file.json()), file.sidecar().stream()).map(this::stamp).toList();
    Optional<ObjectInfo> classes = editor.classes();
    if (before
        .filter(
            entry -> entry.stamps().equals(stamps) && !entry.conversion().isDue(editor, classes))
        .isPresent()) {
      return before.get();
    }
    WorkflowFile.Loaded loaded = file.load(folder, limits, editor);
    Conversion conversion =
        new Conversion(loaded.isOfEditor(), loaded.isWaiting(), editor, classes);
    if (loaded.version().isEmpty() && isServing(before, stamps)) {
      // The file is as it was: what is missing is a server, or one of its packs.
      Entry served = before.get();
      return new Entry(stamps, served.serving(), served.faults(), conversion);
    }
    Entry entry =
        new Entry(
            stamps,
            loaded.version().or(() -> before.flatMap(Entry::serving)),
            loaded.faults(),
            conversion);
    return loaded.version().isEmpty() ? entry : numbers.numbered(entry, before);
  }

  private static boolean isServing(Optional<Entry> before, List<FileStamp> stamps) {
    return before
        .filter(entry -> entry.stamps().equals(stamps) && entry.faults().isEmpty())
        .flatMap(Entry::serving)
        .isPresent();
  }

  // A preset is loaded anew when any graph has changed or was converted, since it may be its own.
  private Entry load(
      WorkflowFile preset,
      Map<String, Version> graphs,
      List<FileStamp> ofGraphs,
      boolean isAnyGraphNew) {
    Optional<Entry> before = Optional.ofNullable(snapshot.entries().get(preset.json()));
    List<FileStamp> stamps =
        Stream.concat(Stream.of(stamp(preset.json())), ofGraphs.stream()).toList();
    if (!isAnyGraphNew && before.filter(entry -> entry.stamps().equals(stamps)).isPresent()) {
      return before.get();
    }
    List<FileFault> faults = new ArrayList<>();
    Optional<Version> loaded =
        preset.preset(folder, faults).flatMap(yaml -> loaded(preset, yaml, graphs, faults));
    Entry entry =
        new Entry(
            stamps,
            loaded.or(() -> before.flatMap(Entry::serving)),
            List.copyOf(faults),
            new Conversion(false, false, editor, Optional.empty()));
    return loaded.isEmpty() ? entry : numbers.numbered(entry, before);
  }

  private Optional<Version> loaded(
      WorkflowFile preset, Yaml yaml, Map<String, Version> graphs, List<FileFault> faults) {
    Map<String, Workflow> bases = new HashMap<>();
    Map<String, WorkflowSource> sources = new HashMap<>();
    graphs.forEach(
        (ref, base) -> {
          bases.put(ref, base.workflow());
          sources.put(ref, base.source());
        });
    String wanted = PresetFile.base(yaml).orElse("");
    if (!bases.containsKey(wanted)) {
      former(wanted)
          .ifPresent(
              kept -> {
                bases.put(wanted, kept.workflow());
                sources.put(wanted, kept.source());
              });
    }
    return new PresetFile(preset.json(), preset.name())
        .load(yaml, bases, faults)
        .map(
            workflow ->
                new Version(
                    preset,
                    workflow,
                    Objects.requireNonNull(sources.get(wanted))
                        .withEditor(numbers.editor(Objects.requireNonNull(bases.get(wanted))))
                        .presetBy(preset.name().title(), presetText(preset))));
  }

  // A version of a file that has changed since.
  private Optional<StoredWorkflows.Kept> former(String ref) {
    return WorkflowName.of(ref)
        .filter(name -> name.ref().equals(ref) && name.version().isPresent())
        .filter(name -> names.contains(name.slug()))
        .flatMap(name -> numbers.find(name.slug(), name.version().getAsInt()))
        .filter(kept -> kept.source().preset().isEmpty());
  }

  private String presetText(WorkflowFile preset) {
    return GraphFile.bytes(folder, preset.json(), new ArrayList<>())
        .map(WorkflowSource::text)
        .orElse("");
  }

  private FileStamp stamp(String file) {
    return FileStamp.of(folder.resolve(file));
  }
}
