package io.comfygateway.library;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.config.FileFault;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.StoredWorkflows;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The versions of workflows in the database. The current versions of uploaded ones and the aliases
 * are in memory, and {@link #refresh} takes over what other gateways have changed.
 */
public final class StoredLibrary implements StoredWorkflows, EditorMetadata.Versions {
  private static final Logger LOG = LoggerFactory.getLogger(StoredLibrary.class);

  private static final Pattern ALIAS = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,49}");

  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  private static final Duration YOUNG = Duration.ofHours(1);
  private static final int MOST_ALIASES = 50;
  private static final long MOST_READ_BYTES = 67_108_864;

  private final VersionStore versions;
  private final AliasStore aliases;
  private final InstantSource clock;
  private final Graph.Limits graphLimits;
  private final Limits limits;

  // A version never changes, so what was read of it stays right.
  private final Cache<String, Read> read =
      Caffeine.newBuilder()
          .maximumWeight(MOST_READ_BYTES)
          .weigher((String ref, Read version) -> version.bytes())
          .executor(Runnable::run)
          .build();

  private volatile State state = new State(-1, Map.of(), Map.of(), List.of());
  private boolean failed;

  /**
   * How much is kept.
   *
   * @param workflows uploaded workflows
   * @param versions of each workflow
   * @param bytes of all versions of uploaded workflows together
   */
  public record Limits(int workflows, int versions, long bytes) {}

  /** A version in memory, and the bytes of the text that it was read from, without the editor's. */
  private record Read(Kept kept, int bytes) {}

  private record State(
      long changes,
      Map<String, Workflow> uploaded,
      Map<String, Map<String, Integer>> aliases,
      List<FileFault> faults) {}

  /** Reads nothing before the first {@link #refresh}. */
  public StoredLibrary(
      JdbcClient jdbc,
      TransactionTemplate transaction,
      InstantSource clock,
      Graph.Limits graphLimits,
      Limits limits) {
    this.versions = new VersionStore(jdbc, transaction, clock);
    this.aliases = new AliasStore(jdbc, clock);
    this.clock = clock;
    this.graphLimits = graphLimits;
    this.limits = limits;
  }

  /** Takes over what has changed. While the database does not answer, what is known stays. */
  public synchronized void refresh() {
    try {
      // Read first: a change between the reads is then seen the next time.
      long changes = versions.changes();
      if (changes != state.changes()) {
        read.asMap().keySet().retainAll(versions.kept(read.asMap().keySet()));
        state = read(changes);
      }
      failed = false;
    } catch (RuntimeException e) {
      if (!failed) {
        LOG.warn("uploaded workflows cannot be read, the known ones stay", e);
      }
      failed = true;
    }
  }

  private State read(long changes) {
    List<FileFault> faults = new ArrayList<>();
    Map<String, Workflow> uploaded = new TreeMap<>();
    State before = state;
    versions
        .uploaded()
        .forEach(
            (name, version) ->
                Optional.ofNullable(before.uploaded().get(name))
                    .filter(known -> known.version() == version)
                    .or(() -> load(name, version, faults).map(it -> it.kept().workflow()))
                    .ifPresent(workflow -> uploaded.put(name, workflow)));
    return new State(
        changes,
        uploaded.equals(before.uploaded())
            ? before.uploaded()
            : Collections.unmodifiableMap(uploaded),
        aliases.all(),
        List.copyOf(faults));
  }

  private Optional<Read> load(String name, int version, List<FileFault> faults) {
    return versions
        .source(name, version)
        .flatMap(
            content -> {
              List<FileFault> found = new ArrayList<>();
              WorkflowSource source = content.source();
              Optional<Workflow> workflow =
                  source
                      .workflow(name, version, graphLimits, found)
                      .map(loaded -> content.isUploaded() ? loaded.asUploaded() : loaded);
              found.forEach(
                  fault ->
                      faults.add(
                          new FileFault(
                              name + "@" + version,
                              fault.line(),
                              fault.field(),
                              fault.detail(),
                              fault.remedy())));
              return workflow.map(
                  loaded -> new Read(new Kept(loaded, source.withoutEditor()), content.bytes()));
            });
  }

  @Override
  public int number(String name, int least, WorkflowSource content) {
    return versions.ofFile(name, least, content);
  }

  @Override
  public Map<String, Workflow> uploaded() {
    return state.uploaded();
  }

  @Override
  public Optional<Kept> find(String name, int version) {
    String ref = name + "@" + version;
    Optional<Read> known = Optional.ofNullable(read.getIfPresent(ref));
    if (known.isPresent()) {
      return known.map(Read::kept);
    }
    Optional<Read> loaded = load(name, version, new ArrayList<>());
    loaded.ifPresent(kept -> read.put(ref, kept));
    return loaded.map(Read::kept);
  }

  @Override
  public Optional<WorkflowSource> source(String name, int version) {
    return versions.source(name, version).map(VersionStore.Content::source);
  }

  @Override
  public Optional<JsonNode> editor(String name, int version) {
    return source(name, version).flatMap(WorkflowSource::editor);
  }

  @Override
  public OptionalInt aliased(String name, String alias) {
    Integer version = aliases(name).get(alias);
    return version == null ? OptionalInt.empty() : OptionalInt.of(version);
  }

  /** The versions that the aliases of a workflow name. */
  public Map<String, Integer> aliases(String name) {
    return state.aliases().getOrDefault(name, Map.of());
  }

  @Override
  public List<FileFault> faults() {
    return state.faults();
  }

  /**
   * Stores an upload; it runs here at once, and elsewhere within a second.
   *
   * @throws Problem if there are too many workflows or bytes, or it is not the version that is
   *     expected
   */
  public Upload.Stored upload(Upload upload) {
    requireRoom(upload.name());
    Upload.Stored stored = versions.upload(upload, limits);
    if (stored.isNew()) {
      LOG.info(
          "workflow uploaded name={} version={} caller={}",
          upload.name(),
          stored.version(),
          upload.by());
      if (upload.source().editorBytes() > WorkflowSource.MOST_EDITOR_BYTES) {
        LOG.warn(
            "editor metadata left out workflow={}@{} bytes={} most={}",
            upload.name(),
            stored.version(),
            upload.source().editorBytes(),
            WorkflowSource.MOST_EDITOR_BYTES);
      }
      prune(upload.name());
    }
    refresh();
    return stored;
  }

  // Before it gets a row; two at a time are counted once more in turn.
  private void requireRoom(String name) {
    Map<String, Integer> there = versions.uploaded();
    if (!there.containsKey(name) && there.size() >= limits.workflows()) {
      throw VersionStore.tooMany(limits.workflows());
    }
  }

  /**
   * Removes an uploaded workflow and its aliases. Versions that jobs name stay.
   *
   * @return whether it was there
   */
  public boolean remove(String name, String by) {
    // A name that nobody has uploaded gets no row.
    if (!versions.uploaded().containsKey(name)) {
      return false;
    }
    boolean removed =
        versions.locked(
            name,
            () -> {
              aliases
                  .of(name)
                  .forEach(alias -> aliases.remove(name, alias.name(), alias.version(), by));
              return versions.remove(name);
            });
    if (removed) {
      LOG.info("workflow removed name={} caller={}", name, by);
      prune(name);
      refresh();
    }
    return removed;
  }

  /** The kept versions of a workflow, the newest first. */
  public List<StoredVersion> versions(String name) {
    return versions.versions(name);
  }

  /** How many kept jobs ran each of these versions; none is left out. */
  public Map<String, Long> runs(List<String> refs) {
    return versions.runs(refs);
  }

  /** The aliases of a workflow, by name. */
  public List<Alias> aliasesOf(String name) {
    return aliases.of(name);
  }

  /** The moves of a workflow's aliases, the latest first. */
  public List<Alias.Move> moves(String name) {
    return aliases.moves(name);
  }

  /**
   * Makes an alias of a version that exists, or moves it there.
   *
   * @param hasFile whether the version has a file of its own, so that it need not be kept here
   * @return the version that it named before
   * @throws Problem if it cannot be called so, there are too many, or there is no such version
   */
  public Optional<Integer> setAlias(
      String name, String alias, int version, boolean hasFile, String by) {
    if (!ALIAS.matcher(alias).matches() || NUMBER.matcher(alias).matches()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/alias",
          "An alias begins with a letter or a digit, has letters, digits, ., _ and -, at most 50, and is not a number: a number names a version.");
    }
    Optional<Integer> before =
        versions.locked(
            name,
            () -> {
              // Nobody removes a version meanwhile.
              if (!hasFile && !versions.isKept(name, version)) {
                throw Problem.ofField(
                    ProblemType.INVALID_INPUT,
                    "/version",
                    "The workflow \"%s\" has no version %d. GET /workflows/{name}/versions lists them."
                        .formatted(name, version));
              }
              List<Alias> there = aliases.of(name);
              Optional<Integer> from = version(there, alias);
              if (from.isEmpty() && there.size() >= MOST_ALIASES) {
                throw new Problem(
                    ProblemType.WORKFLOW_CONFLICT,
                    "The workflow has %d aliases already; remove one.".formatted(MOST_ALIASES));
              }
              if (!from.equals(Optional.of(version))) {
                aliases.set(name, alias, from, version, by);
                versions.noteChange();
              }
              return from;
            });
    LOG.info("alias moved workflow={} alias={} version={} caller={}", name, alias, version, by);
    refresh();
    return before;
  }

  /**
   * Removes an alias.
   *
   * @return the version that it named; empty if there was none
   */
  public Optional<Integer> removeAlias(String name, String alias, String by) {
    Optional<Integer> before =
        versions.locked(
            name,
            () -> {
              Optional<Integer> from = version(aliases.of(name), alias);
              from.ifPresent(
                  version -> {
                    aliases.remove(name, alias, version, by);
                    versions.noteChange();
                  });
              return from;
            });
    refresh();
    return before;
  }

  private static Optional<Integer> version(List<Alias> there, String alias) {
    return there.stream().filter(it -> it.name().equals(alias)).findFirst().map(Alias::version);
  }

  /**
   * Removes versions that are beyond the limit, and those of uploads that were removed. A file that
   * is gone leaves its versions within the limit: another gateway may have it. What is current,
   * what an alias names, what a kept job names and what is younger than an hour stays: a job that
   * has just found its version is stored by then.
   */
  public void prune() {
    versions.overfull(limits.versions()).forEach(this::prune);
  }

  private void prune(String name) {
    List<Integer> gone =
        versions.locked(
            name,
            () -> {
              List<Integer> inUse = versions.inUse(name);
              List<StoredVersion> unused = versions.versions(name);
              if (versions.isLive(name)) {
                unused = unused.subList(Math.min(limits.versions(), unused.size()), unused.size());
              }
              Instant young = clock.instant().minus(YOUNG);
              List<Integer> free =
                  new ArrayList<>(
                      unused.stream()
                          .filter(version -> version.createdAt().isBefore(young))
                          .map(StoredVersion::version)
                          .toList());
              free.removeAll(inUse);
              Map<String, Long> jobs =
                  versions.runs(free.stream().map(version -> name + "@" + version).toList());
              free.removeIf(version -> jobs.containsKey(name + "@" + version));
              if (!free.isEmpty()) {
                versions.removeVersions(name, free);
                versions.noteChange();
              }
              return free;
            });
    if (!gone.isEmpty()) {
      LOG.info("versions removed workflow={} versions={}", name, gone);
      gone.forEach(version -> read.invalidate(name + "@" + version));
    }
  }
}
