package io.comfygateway.workflow;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.LibraryIndex.Conversion;
import io.comfygateway.workflow.LibraryIndex.Entry;
import io.comfygateway.workflow.LibraryIndex.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workflows of a folder and of those below it: {@code <name>.json} in ComfyUI's API format or
 * as its editor saves it, or a picture, video or sound that carries one of the two; with an
 * optional {@code <name>.yaml} beside it that names its inputs. {@code <name>@2.json} holds an
 * older version. Names are free; {@link WorkflowName} says what they are in URLs.
 *
 * <p>Reads see one consistent state and never wait. A file that does not load leaves its last good
 * state serving and is listed in {@link #faults()}.
 */
public final class WorkflowLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(WorkflowLibrary.class);

  private final Path folder;
  private final Graph.Limits limits;
  private final GraphCarriers carriers;
  private EditorFiles editor = EditorFiles.waiting();
  private Set<FileFault> logged = Set.of();
  private volatile LibraryIndex snapshot = LibraryIndex.EMPTY;

  /** Loads the folder. Nothing is thrown for what does not load: see {@link #faults()}. */
  public WorkflowLibrary(Path folder) {
    this(folder, Graph.Limits.STANDARD);
  }

  /** Loads the folder, with limits of its own for graphs. */
  public WorkflowLibrary(Path folder, Graph.Limits limits) {
    this.folder = folder;
    this.limits = limits;
    this.carriers = new GraphCarriers(folder);
    reload();
  }

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

  /**
   * What a workflow calls the outputs of its nodes, by the nodes' ids; nothing for one that is
   * gone.
   *
   * @param ref {@code txt2img@2}
   */
  public Map<String, String> outputNames(String ref) {
    return find(ref).map(Workflow::outputs).orElse(Map.of());
  }

  /** Every version of every workflow, by name, the current one of each first. */
  public List<Workflow> all() {
    return snapshot.all();
  }

  /** What does not load, by file and line. */
  public List<FileFault> faults() {
    return snapshot.faults();
  }

  /** Those of the faults that end when a server reports its node classes. */
  public List<FileFault> waiting() {
    return snapshot.entries().values().stream()
        .filter(entry -> entry.conversion().isWaiting())
        .flatMap(entry -> entry.faults().stream())
        .toList();
  }

  /**
   * Says where the node classes are found that files of the editor are converted with. They are
   * converted at the next {@link #reload()}, and again when the classes are others.
   */
  public synchronized void convertWith(Supplier<Optional<ObjectInfo>> classes) {
    editor = editor.with(classes);
  }

  /**
   * Keeps the graphs that files of the editor become, so that they serve after the next start even
   * while no server answers.
   */
  public synchronized void keepConverted(Path kept) {
    editor = editor.keptIn(kept);
    reload();
  }

  /** Logs each fault once, and again only when the file has been fixed in between. */
  public synchronized void logFaults() {
    Set<FileFault> now = new LinkedHashSet<>(snapshot.faults());
    waiting().forEach(now::remove);
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
      LibraryFolder found = LibraryFolder.read(folder, carriers::carries, faults);
      List<WorkflowFile> files = withOwnNames(found.workflows(), faults);
      files.stream()
          .filter(file -> !file.isPreset())
          .forEach(file -> entries.put(file.json(), load(file)));
      Map<String, Workflow> graphs = LibraryIndex.of(entries, new ArrayList<>()).byRef();
      List<FileStamp> stamps =
          entries.values().stream().flatMap(it -> it.stamps().stream()).toList();
      files.stream()
          .filter(WorkflowFile::isPreset)
          .forEach(file -> entries.put(file.json(), load(file, graphs, stamps)));
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
    if (loaded.workflow().isEmpty() && isServing(before, stamps)) {
      // The file is as it was: what is missing is a server, or one of its packs.
      Entry served = before.get();
      return new Entry(stamps, served.serving(), served.faults(), conversion);
    }
    Optional<Version> version = loaded.workflow().map(workflow -> new Version(file, workflow));
    return new Entry(
        stamps, version.or(() -> before.flatMap(Entry::serving)), loaded.faults(), conversion);
  }

  private static boolean isServing(Optional<Entry> before, List<FileStamp> stamps) {
    return before
        .filter(entry -> entry.stamps().equals(stamps) && entry.faults().isEmpty())
        .flatMap(Entry::serving)
        .isPresent();
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
    return new Entry(
        stamps,
        loaded.or(() -> before.flatMap(Entry::serving)),
        List.copyOf(faults),
        new Conversion(false, false, editor, Optional.empty()));
  }

  private FileStamp stamp(String file) {
    return FileStamp.of(folder.resolve(file));
  }
}
