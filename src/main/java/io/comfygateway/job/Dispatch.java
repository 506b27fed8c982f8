package io.comfygateway.job;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which backends have room, and which of them is the best for a job; to be used inside one
 * transaction.
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

  /** What is known at one turn; it changes with every job that is given to a backend. */
  static final class Turn {
    private final Map<String, Integer> rooms;
    private final Map<String, Integer> occupied;
    private final Map<String, GraphRequirements> requirements;
    private final Placement placement;

    private Turn(
        Map<String, Integer> rooms,
        Map<String, Integer> occupied,
        Map<String, GraphRequirements> requirements,
        Placement placement) {
      this.rooms = rooms;
      this.occupied = occupied;
      this.requirements = requirements;
      this.placement = placement;
    }

    private boolean hasRoom(String backend) {
      return occupied.getOrDefault(backend, 0) < rooms.get(backend);
    }

    boolean isOver() {
      return rooms.keySet().stream().noneMatch(this::hasRoom);
    }

    // The least occupied first; of several the one that is preferred.
    private List<String> free() {
      return rooms.keySet().stream()
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
   * Takes the turn. Until the transaction ends, no gateway gives another job to any backend, so
   * that the room stays free.
   *
   * @param rooms how many prompts each backend takes at a time, the preferred one first
   */
  Turn take(Map<String, Integer> rooms, Placement placement) {
    jdbc.sql(sql.get("take-turn")).query(Integer.class).single();
    Map<String, Integer> occupied = queries.promptsByBackend();
    Turn turn = new Turn(rooms, occupied, Map.of(), placement);
    return turn.isOver() ? turn : new Turn(rooms, occupied, requirements.all(), placement);
  }

  /**
   * The backend for a job: one that has what it needs, on which it has not failed, then one that
   * was given the same models last, then the least occupied.
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

  // 0: it has the models in memory; 1: nothing is known; 2: it would put others out for them.
  private static int change(GraphRequirements wanted, String last, Turn turn) {
    if (wanted.models().isEmpty()) {
      return 0;
    }
    Set<String> loaded = turn.of(Optional.ofNullable(last)).models();
    return wanted.models().equals(loaded) ? 0 : loaded.isEmpty() ? 1 : 2;
  }

  /** Notes what a backend was given; one without models leaves in memory what is there. */
  void submitted(Job job, String backend, Turn turn) {
    turn.occupied.merge(backend, 1, Integer::sum);
    if (!turn.of(job.requirementsHash()).models().isEmpty()) {
      requirements.submitted(backend, job.requirementsHash());
    }
  }
}
