package io.comfygateway.library;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.config.FileFault;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.StoredWorkflows;
import io.comfygateway.workflow.UnreachableStoreException;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowSource;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The versions of workflows in the database. The current versions of uploaded ones and the aliases
 * are in memory, and {@link #refresh} takes over what other gateways have changed.
 */
public final class StoredLibrary implements StoredWorkflows, EditorMetadata.Versions {
  private static final Logger LOG = LoggerFactory.getLogger(StoredLibrary.class);

  private static final long MOST_READ_BYTES = 67_108_864;

  private final VersionStore versions;
  private final VersionRows rows;
  private final AliasStore aliases;
  private final Graph.Limits graphLimits;

  // A version never changes, so what was read of it stays right.
  private final Cache<String, Read> read =
      Caffeine.newBuilder()
          .maximumWeight(MOST_READ_BYTES)
          .weigher((String ref, Read version) -> version.bytes())
          .executor(Runnable::run)
          .build();

  private volatile State state = new State(-1, Map.of(), Map.of(), List.of());
  private boolean failed;

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
      Graph.Limits graphLimits) {
    this.versions = new VersionStore(jdbc, transaction, clock);
    this.rows = new VersionRows(jdbc);
    this.aliases = new AliasStore(jdbc, clock);
    this.graphLimits = graphLimits;
  }

  /** Takes over what has changed. While the database does not answer, what is known stays. */
  public synchronized void refresh() {
    try {
      // Read first: a change between the reads is then seen the next time.
      long changes = rows.changes();
      if (changes != state.changes()) {
        read.asMap().keySet().retainAll(rows.kept(read.asMap().keySet()));
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
    rows.uploaded()
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
    return rows.source(name, version)
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
    try {
      return versions.ofFile(name, least, content);
    } catch (CannotCreateTransactionException
        | DataAccessResourceFailureException
        | RecoverableDataAccessException
        | TransientDataAccessResourceException unreachable) {
      throw new UnreachableStoreException(unreachable);
    }
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
    return rows.source(name, version).map(VersionRows.Content::source);
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

  /** The kept versions of a workflow, the newest first. */
  public List<StoredVersion> versions(String name) {
    return rows.versions(name);
  }

  /** How many kept jobs ran each of these versions; none is left out. */
  public Map<String, Long> runs(List<String> refs) {
    return rows.runs(refs);
  }

  /** The aliases of a workflow, by name. */
  public List<Alias> aliasesOf(String name) {
    return aliases.of(name);
  }

  /** The moves of a workflow's aliases, the latest first. */
  public List<Alias.Move> moves(String name) {
    return aliases.moves(name);
  }

  VersionStore store() {
    return versions;
  }

  VersionRows rows() {
    return rows;
  }

  AliasStore aliasStore() {
    return aliases;
  }
}
