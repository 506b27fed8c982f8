package io.comfygateway.workflow;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.config.FileFault;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workflows of a folder and of those below it: {@code <name>.json} in ComfyUI's API format or
 * as its editor saves it, or a picture, video or sound that carries one of the two; with an
 * optional {@code <name>.yaml} beside it that names its inputs. {@code <name>@2.json} holds an
 * older version. Names are free; {@link WorkflowName} says what they are in URLs. With them are the
 * workflows that were uploaded, and kept versions of both ({@link StoredWorkflows}).
 *
 * <p>Reads see one consistent state and never wait. A file that does not load leaves its last good
 * state serving and is listed in {@link #faults()}.
 */
public final class WorkflowLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(WorkflowLibrary.class);

  private static final int MOST_OUTPUT_NAMES = 2_000;

  private final LibraryFiles files;

  // Of kept versions, which do not change; nothing for those that are gone.
  private final Cache<String, Map<String, String>> outputNames =
      Caffeine.newBuilder().maximumSize(MOST_OUTPUT_NAMES).build();

  private Set<FileFault> logged = Set.of();
  private volatile StoredWorkflows stored = StoredWorkflows.none();
  private volatile Together together = Together.of(List.of(), Map.of());

  /** The workflows of files and those that were uploaded, and both as one list. */
  private record Together(
      List<Workflow> files, Map<String, Workflow> uploaded, List<Workflow> all) {
    static Together of(List<Workflow> files, Map<String, Workflow> uploaded) {
      Set<String> named = files.stream().map(Workflow::name).collect(Collectors.toSet());
      List<Workflow> all = new ArrayList<>(files);
      uploaded.values().stream().filter(it -> !named.contains(it.name())).forEach(all::add);
      // Stable, so that the versions of a name keep their order.
      all.sort(Comparator.comparing(Workflow::name));
      return new Together(files, uploaded, List.copyOf(all));
    }

    boolean isOf(List<Workflow> ofFiles, Map<String, Workflow> ofUploads) {
      return files == ofFiles && uploaded == ofUploads;
    }
  }

  /** Loads the folder. Nothing is thrown for what does not load: see {@link #faults()}. */
  public WorkflowLibrary(Path folder) {
    this(folder, Graph.Limits.STANDARD);
  }

  /** Loads the folder, with limits of its own for graphs. */
  public WorkflowLibrary(Path folder, Graph.Limits limits) {
    this.files = new LibraryFiles(folder, limits);
    reload();
  }

  /** Keeps the versions of files, and adds the workflows that were uploaded. */
  public void keepIn(StoredWorkflows kept) {
    stored = kept;
    files.numberedBy(kept);
    reload();
  }

  /**
   * Finds a workflow that runs.
   *
   * @param ref {@code txt2img} for the current version, {@code txt2img@2} for exactly that one,
   *     {@code txt2img@production} for the one that the alias names
   */
  public Optional<Workflow> find(String ref) {
    Optional<Workflow> current = ofFile(ref).or(() -> uploaded(ref));
    int at = ref.lastIndexOf('@');
    if (current.isPresent() || at < 0) {
      return current;
    }
    String name = ref.substring(0, at);
    if (!isThere(name)) {
      return Optional.empty();
    }
    OptionalInt version = version(name, ref.substring(at + 1));
    return version.isEmpty() ? Optional.empty() : exactly(name, version.getAsInt());
  }

  /**
   * Finds a version that a job ran, whether it still runs or not.
   *
   * @param ref with the number of the version
   */
  public Optional<Workflow> findKept(String ref) {
    return find(ref)
        .or(
            () ->
                WorkflowName.of(ref)
                    .filter(name -> name.ref().equals(ref) && name.version().isPresent())
                    .flatMap(name -> exactly(name.slug(), name.version().getAsInt())));
  }

  /**
   * What a workflow that is uploaded is called in URLs; empty if a file could not be called so.
   *
   * @param path folders and a name, without an ending and a version
   */
  public static Optional<String> nameInUrls(String path) {
    return WorkflowName.of(path)
        .map(WorkflowName::slug)
        .filter(slug -> !slug.startsWith(".") && !slug.contains("/."))
        .filter(
            slug -> slug.chars().filter(letter -> letter == '/').count() < LibraryFolder.DEEPEST);
  }

  /** Whether there is a workflow of a name, without a version. */
  public boolean isThere(String name) {
    return ofFile(name).or(() -> uploaded(name)).isPresent();
  }

  /** Whether a file has a name, which nobody can upload then. */
  public boolean isFile(String name) {
    return files.names().contains(name);
  }

  /** Whether a file is this version, {@code txt2img@2}. */
  public boolean hasFile(String ref) {
    return ofFile(ref).isPresent();
  }

  private Optional<Workflow> exactly(String name, int version) {
    return ofFile(name + "@" + version)
        .or(() -> stored.find(name, version).map(StoredWorkflows.Kept::workflow));
  }

  private OptionalInt version(String name, String numberOrAlias) {
    OptionalInt number = WorkflowName.number(numberOrAlias);
    return number.isPresent() ? number : stored.aliased(name, numberOrAlias);
  }

  private Optional<Workflow> ofFile(String ref) {
    return Optional.ofNullable(files.index().byRef().get(ref)).map(LibraryIndex.Version::workflow);
  }

  private Optional<Workflow> uploaded(String name) {
    return Optional.ofNullable(stored.uploaded().get(name));
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
    return find(ref).orElseThrow(() -> new UnknownWorkflow(this, mayUse).problem(ref));
  }

  /**
   * What a workflow calls the outputs of its nodes, by the nodes' ids; nothing for one that is
   * gone.
   *
   * @param ref {@code txt2img@2}
   */
  public Map<String, String> outputNames(String ref) {
    return ofFile(ref)
        .or(() -> uploaded(ref))
        .map(Workflow::outputs)
        .orElseGet(() -> outputNames.get(ref, this::keptOutputNames));
  }

  private Map<String, String> keptOutputNames(String ref) {
    return findKept(ref).map(Workflow::outputs).orElse(Map.of());
  }

  /**
   * Every workflow by name, the current version of each first; of those that have files, also the
   * older versions that have one. The same list until something changes.
   */
  public List<Workflow> all() {
    List<Workflow> ofFiles = files.index().all();
    Map<String, Workflow> uploaded = stored.uploaded();
    Together last = together;
    if (!last.isOf(ofFiles, uploaded)) {
      last = Together.of(ofFiles, uploaded);
      together = last;
    }
    return last.all();
  }

  /** What does not load, by file and line. */
  public List<FileFault> faults() {
    List<FileFault> all = new ArrayList<>(files.index().faults());
    all.addAll(stored.faults());
    return List.copyOf(all);
  }

  /** What does not load, by name. */
  public List<UnloadedWorkflow> unloaded() {
    return UnloadedWorkflow.of(files.index().faults(), stored.faults());
  }

  /** The files whose results ComfyUI's editor does not open, since they are too large for that. */
  public List<FileFault> tooLargeForOutputs() {
    return files.index().entries().values().stream()
        .flatMap(entry -> entry.serving().stream())
        .filter(version -> version.editorBytes() > WorkflowSource.MOST_EDITOR_BYTES)
        .map(
            version ->
                new FileFault(
                    version.file().json(),
                    0,
                    "",
                    "The workflow of the editor has %d bytes; outputs carry it up to %d, so these carry none"
                        .formatted(version.editorBytes(), WorkflowSource.MOST_EDITOR_BYTES),
                    "take pictures out of its notes and values, or leave it so"))
        .toList();
  }

  /** Those of the faults that end when a server reports its node classes. */
  public List<FileFault> waiting() {
    return files.index().entries().values().stream()
        .filter(entry -> entry.conversion().isWaiting())
        .flatMap(entry -> entry.faults().stream())
        .toList();
  }

  /**
   * Sets the source of the node classes with which files of the editor are converted. They are
   * converted at the next {@link #reload()}, and again when the classes are others.
   */
  public void convertWith(Supplier<Optional<ObjectInfo>> classes) {
    files.convertWith(classes);
  }

  /**
   * Stores converted graphs, so that they are used after the next start even while no server
   * answers.
   */
  public void keepConverted(Path kept) {
    files.keepConverted(kept);
    reload();
  }

  /**
   * Takes over files that are new, changed (by time or size) or gone.
   *
   * @return whether anything changed
   */
  public boolean reload() {
    return files.reload();
  }

  /** Logs each fault once, and again only when the file has been fixed in between. */
  public synchronized void logFaults() {
    Set<FileFault> now = new LinkedHashSet<>(faults());
    waiting().forEach(now::remove);
    now.addAll(tooLargeForOutputs());
    now.stream()
        .filter(fault -> !logged.contains(fault))
        .forEach(fault -> LOG.warn("fault of a workflow file: {}", fault));
    logged = now;
  }
}
