package io.comfygateway.job;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which backend has room; to be used inside one transaction. */
final class Dispatch {
  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");

  Dispatch(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * The least occupied backend of those with room. Until the transaction ends, no gateway gives
   * another job to any backend, so that the room stays free.
   *
   * @param rooms how many prompts each backend takes at a time, the preferred one first
   */
  Optional<String> backendWithRoom(Map<String, Integer> rooms) {
    jdbc.sql(sql.get("take-turn")).query(Integer.class).single();
    Map<String, Integer> occupied = new HashMap<>();
    jdbc.sql(sql.get("occupied"))
        .query(
            row -> {
              occupied.put(row.getString("backend"), row.getInt("n"));
            });
    return rooms.entrySet().stream()
        .filter(room -> occupied.getOrDefault(room.getKey(), 0) < room.getValue())
        .min(
            (one, other) ->
                Integer.compare(
                    occupied.getOrDefault(one.getKey(), 0),
                    occupied.getOrDefault(other.getKey(), 0)))
        .map(Map.Entry::getKey);
  }
}
