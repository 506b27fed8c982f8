package io.comfygateway.library;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.WorkflowSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Uploads and removes workflows, and moves their aliases. */
public final class WorkflowPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(WorkflowPublisher.class);

  private static final Pattern ALIAS = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,49}");

  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  private static final int MOST_ALIASES = 50;

  private final StoredLibrary library;
  private final VersionPruning pruning;
  private final LibraryLimits limits;
  private final VersionStore versions;
  private final VersionRows rows;
  private final AliasStore aliases;

  /**
   * @param library shows each change at once
   * @param pruning removes what is beyond the limits then
   */
  public WorkflowPublisher(StoredLibrary library, VersionPruning pruning, LibraryLimits limits) {
    this.library = library;
    this.pruning = pruning;
    this.limits = limits;
    this.versions = library.store();
    this.rows = library.rows();
    this.aliases = library.aliasStore();
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
      pruning.pruneWorkflow(upload.name());
    }
    library.refresh();
    return stored;
  }

  // Before it gets a row; two at a time are counted once more in turn.
  private void requireRoom(String name) {
    Map<String, Integer> there = rows.uploaded();
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
    if (!rows.uploaded().containsKey(name)) {
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
      pruning.pruneWorkflow(name);
      library.refresh();
    }
    return removed;
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
              if (!hasFile && !rows.isKept(name, version)) {
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
    library.refresh();
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
    library.refresh();
    return before;
  }

  private static Optional<Integer> version(List<Alias> there, String alias) {
    return there.stream().filter(it -> it.name().equals(alias)).findFirst().map(Alias::version);
  }
}
