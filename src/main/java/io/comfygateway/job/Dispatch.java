package io.comfygateway.job;

import io.comfygateway.database.SqlFile;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Chooses the backend of a job among those with room. Use it inside the transaction that takes the
 * turn.
 */
final class Dispatch {
  private final JdbcClient jdbc;
  private final RequirementsStore requirements;
  private final JobQueries queries;
  private final SqlFile sql = new SqlFile("/sql/job.sql");

  Dispatch(JdbcClient jdbc, RequirementsStore requirements, JobQueries queries) {
    this.jdbc = jdbc;
    this.requirements = requirements;
    this.queries = queries;
  }

  /** The backends at one turn, updated with every job that is submitted to one. */
  static final class Turn {
    private final Map<String, Integer> windows;
    private final Map<String, Integer> occupied;
    private final Map<String, GraphRequirements> requirements;
    private final Placement placement;

    private Turn(
        Map<String, Integer> windows,
        Map<String, Integer> occupied,
        Map<String, GraphRequirements> requirements,
        Placement placement) {
      this.windows = windows;
      this.occupied = occupied;
      this.requirements = requirements;
      this.placement = placement;
    }

    private boolean hasRoom(String backend) {
      return occupied.getOrDefault(backend, 0) < windows.getOrDefault(backend, 0);
    }

    boolean isOver() {
      return windows.keySet().stream().noneMatch(this::hasRoom);
    }

    // The least occupied first; of equally occupied ones the preferred one.
    private List<String> free() {
      return windows.keySet().stream()
          .filter(this::hasRoom)
          .sorted(Comparator.comparingInt(name -> occupied.getOrDefault(name, 0)))
          .toList();
    }

    /** The requirements, by hash, that no backend with room can meet. */
    Set<String> unmet() {
      List<String> free = free();
      return requirements.entrySet().stream()
          .filter(
              entry -> free.stream().noneMatch(name -> placement.canRun(name, entry.getValue())))
          .map(Map.Entry::getKey)
          .collect(Collectors.toSet());
    }

    private GraphRequirements of(Optional<String> hash) {
      return hash.map(requirements::get).orElse(GraphRequirements.NONE);
    }
  }

  /**
   * Takes the turn. Until the transaction ends, no other gateway submits a job to any backend, so
   * that the room stays free.
   *
   * @param windows how many prompts each backend takes at a time, the preferred one first
   */
  Turn take(Map<String, Integer> windows, Placement placement) {
    jdbc.sql(sql.get("take-turn")).query(Integer.class).single();
    Map<String, Integer> occupied = queries.promptsByBackend();
    Turn turn = new Turn(windows, occupied, Map.of(), placement);
    return turn.isOver() ? turn : new Turn(windows, occupied, requirements.all(), placement);
  }

  /**
   * The backend for a job: one that meets its requirements; of several one on which it has not
   * failed, then one whose last job used the same models, then the least occupied.
   */
  Optional<String> backendFor(Job job, Turn turn) {
    GraphRequirements wanted = turn.of(job.requirementsHash());
    Map<String, String> last = wanted.models().isEmpty() ? Map.of() : requirements.lastSubmitted();
    return turn.free().stream()
        .filter(name -> turn.placement.canRun(name, wanted))
        .min(
            Comparator.<String, Boolean>comparing(name -> job.facts().failedOn().contains(name))
                .thenComparingInt(name -> change(wanted, last.get(name), turn)));
  }

  // 0: the models are in memory; 1: unknown; 2: they would replace other models.
  private static int change(GraphRequirements wanted, @Nullable String last, Turn turn) {
    if (wanted.models().isEmpty()) {
      return 0;
    }
    Set<String> loaded = turn.of(Optional.ofNullable(last)).models();
    return wanted.models().equals(loaded) ? 0 : loaded.isEmpty() ? 1 : 2;
  }

  /** Notes the job that a backend was sent; one without models does not change what is loaded. */
  void submitted(Job job, String backend, Turn turn) {
    turn.occupied.merge(backend, 1, Integer::sum);
    if (!turn.of(job.requirementsHash()).models().isEmpty()) {
      requirements.submitted(backend, job.requirementsHash());
    }
  }
}
