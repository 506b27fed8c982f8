package io.comfygateway.workflow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workflows of a folder: {@code <name>.json} in ComfyUI's API format, with an optional {@code
 * <name>.yaml} beside it that names its inputs. {@code <name>@2.json} holds an older version.
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

  private record Stamp(FileTime modified, long bytes) {}

  /** What the last try to load a file gave. */
  private record Entry(
      List<Optional<Stamp>> stamps, Optional<Workflow> serving, List<FileFault> faults) {}

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
        .forEach(fault -> LOG.warn("workflow not loaded: {}", fault));
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
      for (WorkflowFile file : list(faults)) {
        entries.put(file.stem(), load(file));
      }
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

  private List<WorkflowFile> list(List<FileFault> faults) throws IOException {
    List<String> names;
    try (Stream<Path> files = Files.list(folder)) {
      names =
          files
              .filter(Files::isRegularFile)
              .map(path -> path.getFileName().toString())
              .filter(name -> !name.startsWith("."))
              .sorted()
              .toList();
    }
    List<WorkflowFile> found = new ArrayList<>();
    for (String name : names) {
      String stem = name.substring(0, Math.max(0, name.lastIndexOf('.')));
      if (name.endsWith(".json")) {
        WorkflowFile.of(stem)
            .ifPresentOrElse(
                found::add,
                () ->
                    faults.add(
                        new FileFault(
                            name,
                            0,
                            "",
                            "The file's name is no name for a workflow",
                            "use letters, digits, ., _ and -, such as portrait.json")));
      } else if (name.endsWith(".yml")) {
        faults.add(
            new FileFault(name, 0, "", "Files ending in .yml are not read", "rename it to .yaml"));
      } else if (name.endsWith(".yaml") && !names.contains(stem + ".json")) {
        faults.add(
            new FileFault(
                name, 0, "", "There is no " + stem + ".json beside it", "add it or remove this"));
      }
    }
    return found;
  }

  private Entry load(WorkflowFile file) {
    Optional<Entry> before = Optional.ofNullable(snapshot.entries().get(file.stem()));
    // Taken before the files are read: a change that comes in between is seen the next time.
    List<Optional<Stamp>> stamps = List.of(stamp(file.json()), stamp(file.yaml()));
    if (before.filter(entry -> entry.stamps().equals(stamps)).isPresent()) {
      return before.get();
    }
    List<FileFault> faults = new ArrayList<>();
    Optional<Workflow> loaded = file.load(folder, limits, faults);
    return new Entry(stamps, loaded.or(() -> before.flatMap(Entry::serving)), List.copyOf(faults));
  }

  private Optional<Stamp> stamp(String file) {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(folder.resolve(file), BasicFileAttributes.class);
      return Optional.of(new Stamp(attributes.lastModifiedTime(), attributes.size()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Snapshot index(Map<String, Entry> entries, List<FileFault> faults) {
    Map<String, List<Workflow>> older = new TreeMap<>();
    Map<String, Workflow> current = new TreeMap<>();
    entries.forEach(
        (stem, entry) ->
            entry
                .serving()
                .ifPresent(
                    workflow -> {
                      older.computeIfAbsent(workflow.name(), name -> new ArrayList<>());
                      if (stem.equals(workflow.name())) {
                        current.put(stem, workflow);
                      } else {
                        older.get(workflow.name()).add(workflow);
                      }
                    }));
    Map<String, Workflow> byRef = new HashMap<>();
    List<Workflow> all = new ArrayList<>();
    older.forEach(
        (name, versions) -> {
          List<Workflow> ordered = order(Optional.ofNullable(current.get(name)), versions, faults);
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
  private static List<Workflow> order(
      Optional<Workflow> current, List<Workflow> versions, List<FileFault> faults) {
    List<Workflow> ordered = new ArrayList<>(current.stream().toList());
    versions.sort(Comparator.comparingInt(Workflow::version).reversed());
    for (Workflow version : versions) {
      if (current.filter(now -> now.version() <= version.version()).isPresent()) {
        faults.add(clash(version, current.get()));
      } else {
        ordered.add(version);
      }
    }
    return ordered;
  }

  private static FileFault clash(Workflow older, Workflow current) {
    return new FileFault(
        older.ref() + ".json",
        0,
        "version",
        "The current "
            + current.name()
            + " has version "
            + current.version()
            + ", which is not"
            + " above this one",
        "set version: " + (older.version() + 1) + " in " + current.name() + ".yaml");
  }
}
