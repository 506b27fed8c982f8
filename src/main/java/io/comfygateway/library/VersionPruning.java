package io.comfygateway.library;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes versions that are beyond the limit, and those of uploads that were removed. A file that
 * is gone leaves its versions within the limit: another gateway may have it. What is current, what
 * an alias names and what a kept job names stays.
 *
 * <p>A version is retired first, so that no new job finds it, and removed an hour later unless a
 * job that had found it before names it by then.
 */
public final class VersionPruning {
  private static final Logger LOG = LoggerFactory.getLogger(VersionPruning.class);

  /** Longer than any request takes from finding its version to storing its job. */
  private static final Duration LONGEST_REQUEST = Duration.ofHours(1);

  private final StoredLibrary library;
  private final VersionStore versions;
  private final VersionRows rows;
  private final InstantSource clock;
  private final LibraryLimits limits;

  public VersionPruning(StoredLibrary library, InstantSource clock, LibraryLimits limits) {
    this.library = library;
    this.versions = library.store();
    this.rows = library.rows();
    this.clock = clock;
    this.limits = limits;
  }

  /** Prunes all workflows. */
  public void prune() {
    rows.overfull(limits.versions()).forEach(this::pruneWorkflow);
  }

  /** Prunes one workflow. */
  void pruneWorkflow(String name) {
    List<Integer> gone =
        versions.locked(
            name,
            () -> {
              Instant now = clock.instant();
              List<VersionRows.Place> all = rows.all(name);
              Set<Integer> free = free(name, all, now);
              List<Integer> used =
                  chosen(all, it -> it.isRetired() && !free.contains(it.version()));
              List<Integer> fresh =
                  chosen(all, it -> !it.isRetired() && free.contains(it.version()));
              List<Integer> over =
                  chosen(all, it -> it.isRetiredFor(LONGEST_REQUEST, now)).stream()
                      .filter(free::contains)
                      .toList();
              versions.retire(name, used, Optional.empty());
              versions.retire(name, fresh, Optional.of(now));
              versions.removeVersions(name, over);
              if (!used.isEmpty() || !fresh.isEmpty()) {
                versions.noteChange();
              }
              return over;
            });
    if (!gone.isEmpty()) {
      LOG.info("versions removed workflow={} versions={}", name, gone);
    }
    library.refresh();
  }

  /** The versions that nothing names, that are beyond the limit, and that are not new. */
  private Set<Integer> free(String name, List<VersionRows.Place> all, Instant now) {
    int kept = rows.isLive(name) ? Math.min(limits.versions(), all.size()) : 0;
    Set<Integer> free =
        new LinkedHashSet<>(
            chosen(
                all.subList(kept, all.size()),
                it -> it.createdAt().isBefore(now.minus(LONGEST_REQUEST))));
    rows.inUse(name).forEach(free::remove);
    Map<String, Long> jobs = rows.runs(free.stream().map(version -> name + "@" + version).toList());
    free.removeIf(version -> jobs.containsKey(name + "@" + version));
    return free;
  }

  private static List<Integer> chosen(
      List<VersionRows.Place> all, Predicate<VersionRows.Place> which) {
    return all.stream().filter(which).map(VersionRows.Place::version).toList();
  }
}
