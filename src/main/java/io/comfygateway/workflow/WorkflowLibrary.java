package io.comfygateway.workflow;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workflows of a folder and of those below it: {@code <name>.json} in ComfyUI's API format,
 * with an optional {@code <name>.yaml} beside it that names its inputs. {@code <name>@2.json} holds
 * an older version. Names are free; {@link WorkflowName} says what they are in URLs.
 *
 * <p>Reads see one consistent state and never wait. A file that does not load leaves its last good
 * state serving and is listed in {@link #faults()}.
 */
public final class WorkflowLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(WorkflowLibrary.class);

  private final Path folder;
  private final Graph.Limits limits;
  private Set<FileFault> logged = Set.of();
  private volatile Snapshot snapshot = new Snapshot(Map.of(), Map.of(), List.of(), List.of());

  /** Loads the folder. Nothing is thrown for what does not load: see {@link #faults()}. */
  public WorkflowLibrary(Path folder) {
    this(folder, Graph.Limits.STANDARD);
  }

  /** Loads the folder, with limits of its own for graphs. */
  public WorkflowLibrary(Path folder, Graph.Limits limits) {
    this.folder = folder;
    this.limits = limits;
    reload();
  }

  /** What the last try to load a file gave. */
  private record Entry(List<FileStamp> stamps, Optional<Version> serving, List<FileFault> faults) {}

  private record Version(WorkflowFile file, Workflow workflow) {}

  private record Snapshot(
      Map<String, Entry> entries,
      Map<String, Workflow> byRef,
      List<Workflow> all,
      List<FileFault> faults) {}

  /**
   * Finds a workflow.
   *
   * @param ref {@code txt2img} for the current version, {@code txt2img@2} for exactly that one
   */
  public Optional<Workflow> find(String ref) {
    return Optional.ofNullable(snapshot.byRef().get(ref));
  }

  /**
   * Finds a workflow that a caller wants.
   *
   * @param ref as the caller wrote it
   * @param mayUse whether the caller may use a workflow of a name
   * @throws Problem {@link ProblemType#UNKNOWN_WORKFLOW} if there is none; where the file's name
   *     was written, with what it is called in URLs
   */
  public Workflow require(String ref, Predicate<String> mayUse) {
    return find(ref)
        .orElseThrow(
            () ->
                new Problem(
                    ProblemType.UNKNOWN_WORKFLOW,
                    "There is no workflow \""
                        + Excerpt.of(ref)
                        + "\"."
                        + WorkflowName.of(ref)
                            .map(WorkflowName::ref)
                            .filter(name -> find(name).isPresent() && mayUse.test(name))
                            .map(name -> " Its name in URLs is " + name + ".")
                            .orElse("")
                        + " GET /workflows lists them."));
  }

  /** Every version of every workflow, by name, the current one of each first. */
  public List<Workflow> all() {
    return snapshot.all();
  }

  /** What does not load, by file and line. */
  public List<FileFault> faults() {
    return snapshot.faults();
  }

  /** Logs each fault once, and again only when the file has been fixed in between. */
  public synchronized void logFaults() {
    Set<FileFault> now = new LinkedHashSet<>(snapshot.faults());
    now.stream()
        .filter(fault -> !logged.contains(fault))
        .forEach(fault -> LOG.warn("fault of a workflow file: {}", fault));
    logged = now;
  }

  /**
   * Takes over files that are new, changed (by time or size) or gone.
   *
   * @return whether anything changed
   */
  public synchronized boolean reload() {
    List<FileFault> faults = new ArrayList<>();
    Map<String, Entry> entries = new TreeMap<>();
    try {
      LibraryFolder found = LibraryFolder.read(folder, faults);
      List<WorkflowFile> files = withOwnNames(found.workflows(), faults);
      files.stream()
          .filter(file -> !file.isPreset())
          .forEach(file -> entries.put(file.json(), load(file)));
      Map<String, Workflow> graphs = index(entries, new ArrayList<>()).byRef();
      List<FileStamp> stamps =
          entries.values().stream().flatMap(it -> it.stamps().stream()).toList();
      files.stream()
          .filter(WorkflowFile::isPreset)
          .forEach(file -> entries.put(file.json(), load(file, graphs, stamps)));
      found.pictures().forEach(picture -> entries.put(picture, look(picture)));
      snapshot.entries().entrySet().stream()
          .filter(entry -> found.unread().stream().anyMatch(isAt(entry.getKey())))
          .forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
    } catch (IOException e) {
      // A folder that is gone for a moment, as on a network drive, must not take all away.
      entries.putAll(snapshot.entries());
      String detail = "The folder cannot be read (" + e.getClass().getSimpleName() + ")";
      faults.add(new FileFault(folder.toString(), 0, "", detail, "make it, or set another"));
    }
    Snapshot next = index(entries, faults);
    boolean changed = !next.entries().equals(snapshot.entries()) || !faults.equals(snapshot.faults);
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
    if (before.filter(entry -> entry.stamps().equals(stamps)).isPresent()) {
      return before.get();
    }
    List<FileFault> faults = new ArrayList<>();
    Optional<Version> loaded =
        file.load(folder, limits, faults).map(workflow -> new Version(file, workflow));
    return new Entry(stamps, loaded.or(() -> before.flatMap(Entry::serving)), List.copyOf(faults));
  }

  // A preset is loaded anew when any graph has changed, since it may be its own.
  private Entry load(WorkflowFile preset, Map<String, Workflow> graphs, List<FileStamp> ofGraphs) {
    Optional<Entry> before = Optional.ofNullable(snapshot.entries().get(preset.json()));
    List<FileStamp> stamps =
        Stream.concat(Stream.of(stamp(preset.json())), ofGraphs.stream()).toList();
    if (before.filter(entry -> entry.stamps().equals(stamps)).isPresent()) {
      return before.get();
    }
    List<FileFault> faults = new ArrayList<>();
    Optional<Version> loaded =
        preset
            .preset(folder, faults)
            .flatMap(
                yaml -> new PresetFile(preset.json(), preset.name()).load(yaml, graphs, faults))
            .map(workflow -> new Version(preset, workflow));
    return new Entry(stamps, loaded.or(() -> before.flatMap(Entry::serving)), List.copyOf(faults));
  }

  private Entry look(String picture) {
    Optional<Entry> before = Optional.ofNullable(snapshot.entries().get(picture));
    List<FileStamp> stamps = List.of(stamp(picture));
    if (before.filter(entry -> entry.stamps().equals(stamps)).isPresent()) {
      return before.get();
    }
    boolean holdsGraph = PictureMetadata.holdsGraph(folder.resolve(picture));
    return new Entry(
        stamps, Optional.empty(), holdsGraph ? List.of(PictureMetadata.fault(picture)) : List.of());
  }

  private FileStamp stamp(String file) {
    return FileStamp.of(folder.resolve(file));
  }

  private static Snapshot index(Map<String, Entry> entries, List<FileFault> faults) {
    Map<String, List<Version>> byName = new TreeMap<>();
    entries.values().stream()
        .flatMap(entry -> entry.serving().stream())
        .forEach(
            version ->
                byName
                    .computeIfAbsent(version.workflow().name(), name -> new ArrayList<>())
                    .add(version));
    Map<String, Workflow> byRef = new HashMap<>();
    List<Workflow> all = new ArrayList<>();
    byName.forEach(
        (name, versions) -> {
          List<Workflow> ordered = order(versions, faults);
          byRef.put(name, ordered.get(0));
          ordered.forEach(version -> byRef.put(version.ref(), version));
          all.addAll(ordered);
        });
    entries.values().forEach(entry -> faults.addAll(entry.faults()));
    faults.sort(Comparator.comparing(FileFault::file).thenComparing(FileFault::line));
    return new Snapshot(
        Map.copyOf(entries), Map.copyOf(byRef), List.copyOf(all), List.copyOf(faults));
  }

  /** The current version first, then the newest; what claims to be newer than it is left out. */
  private static List<Workflow> order(List<Version> versions, List<FileFault> faults) {
    Optional<Version> current =
        versions.stream().filter(it -> it.file().name().version().isEmpty()).findFirst();
    List<Workflow> ordered = new ArrayList<>(current.stream().map(Version::workflow).toList());
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
                ordered.add(older.workflow());
              }
            });
    return ordered;
  }

  private static boolean isOlder(Version version, Version current) {
    return version.workflow().version() < current.workflow().version();
  }
}
