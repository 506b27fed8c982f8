package io.comfygateway.job;

import java.util.Comparator;
import java.util.HashMap;
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
  private final NeedsRows needs;
  private final SqlFile sql = new SqlFile("/sql/job.sql");

  Dispatch(JdbcClient jdbc, NeedsRows needs) {
    this.jdbc = jdbc;
    this.needs = needs;
  }

  /** What is known at one turn; it changes with every job that is given to a backend. */
  static final class Turn {
    private final Map<String, Integer> rooms;
    private final Map<String, Integer> occupied;
    private final Map<String, Needs> needs;
    private final Placement placement;

    private Turn(
        Map<String, Integer> rooms,
        Map<String, Integer> occupied,
        Map<String, Needs> needs,
        Placement placement) {
      this.rooms = rooms;
      this.occupied = occupied;
      this.needs = needs;
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

    /** The needs that no backend with room can meet. */
    Set<String> unmet() {
      List<String> free = free();
      return needs.entrySet().stream()
          .filter(
              entry -> free.stream().noneMatch(name -> placement.canRun(name, entry.getValue())))
          .map(Map.Entry::getKey)
          .collect(Collectors.toSet());
    }

    private Needs of(Optional<String> hash) {
      return hash.map(needs::get).orElse(Needs.NONE);
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
    Map<String, Integer> occupied = occupied();
    Turn turn = new Turn(rooms, occupied, Map.of(), placement);
    return turn.isOver() ? turn : new Turn(rooms, occupied, needs.all(), placement);
  }

  /** How many prompts each backend has that has any, by its name. */
  Map<String, Integer> occupied() {
    Map<String, Integer> occupied = new HashMap<>();
    jdbc.sql(sql.get("occupied"))
        .query(
            row -> {
              occupied.put(row.getString("backend"), row.getInt("n"));
            });
    return occupied;
  }

  /**
   * The backend for a job: one that has what it needs, on which it has not failed, then one that
   * was given the same models last, then the least occupied.
   */
  Optional<String> backendFor(Job job, Turn turn) {
    Needs wanted = turn.of(job.needs());
    Map<String, String> last = wanted.models().isEmpty() ? Map.of() : needs.lastGiven();
    return turn.free().stream()
        .filter(name -> turn.placement.canRun(name, wanted))
        .min(
            Comparator.<String, Boolean>comparing(name -> job.facts().failedOn().contains(name))
                .thenComparingInt(name -> change(wanted, last.get(name), turn)));
  }

  // 0: it has the models in memory; 1: nothing is known; 2: it would put others out for them.
  private static int change(Needs wanted, String last, Turn turn) {
    if (wanted.models().isEmpty()) {
      return 0;
    }
    Set<String> loaded = turn.of(Optional.ofNullable(last)).models();
    return wanted.models().equals(loaded) ? 0 : loaded.isEmpty() ? 1 : 2;
  }

  /** Notes what a backend was given; one without models leaves in memory what is there. */
  void given(Job job, String backend, Turn turn) {
    turn.occupied.merge(backend, 1, Integer::sum);
    if (!turn.of(job.needs()).models().isEmpty()) {
      needs.given(backend, job.needs());
    }
  }
}
