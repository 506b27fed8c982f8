package io.comfygateway.library;

import io.comfygateway.database.SqlFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of aliases and of their moves. Hold the lock of the workflow to change them. */
final class AliasStore {
  /** Of each workflow, the latest. */
  private static final int MOST_MOVES = 500;

  private final JdbcClient jdbc;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/workflow.sql");

  AliasStore(JdbcClient jdbc, InstantSource clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** The versions that aliases name, by workflow and alias. */
  Map<String, Map<String, Integer>> all() {
    Map<String, Map<String, Integer>> aliases = new HashMap<>();
    jdbc.sql(sql.get("aliases"))
        .query(
            row -> {
              aliases
                  .computeIfAbsent(row.getString("name"), name -> new HashMap<>())
                  .put(row.getString("alias"), row.getInt("version"));
            });
    return aliases;
  }

  /** The aliases of a workflow, by name. */
  List<Alias> of(String name) {
    return jdbc.sql(sql.get("aliases-of"))
        .param("name", name)
        .query(
            (row, n) ->
                new Alias(
                    row.getString("alias"),
                    row.getInt("version"),
                    instant(row),
                    row.getString("moved_by")))
        .list();
  }

  /** The moves of a workflow's aliases, the latest first. */
  List<Alias.Move> moves(String name) {
    return jdbc.sql(sql.get("moves"))
        .param("name", name)
        .query(
            (row, n) ->
                new Alias.Move(
                    row.getString("alias"),
                    version(row, "from_version"),
                    version(row, "to_version"),
                    instant(row),
                    row.getString("moved_by")))
        .list();
  }

  /** Makes an alias, or moves it. */
  void set(String name, String alias, Optional<Integer> from, int version, String by) {
    jdbc.sql(sql.get(from.isPresent() ? "set-alias" : "insert-alias"))
        .param("name", name)
        .param("alias", alias)
        .param("version", version)
        .param("now", now())
        .param("by", by)
        .update();
    note(name, alias, from.orElse(null), version, by);
  }

  /** Removes an alias that names a version. */
  void remove(String name, String alias, int from, String by) {
    jdbc.sql(sql.get("remove-alias")).param("name", name).param("alias", alias).update();
    note(name, alias, from, null, by);
  }

  private void note(
      String name, String alias, @Nullable Integer from, @Nullable Integer to, String by) {
    jdbc.sql(sql.get("insert-move"))
        .param("name", name)
        .param("alias", alias)
        .param("from", from, Types.INTEGER)
        .param("to", to, Types.INTEGER)
        .param("now", now())
        .param("by", by)
        .update();
    jdbc.sql(sql.get("forget-moves")).param("name", name).param("keep", MOST_MOVES).update();
  }

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }

  private static Optional<Integer> version(ResultSet row, String column) throws SQLException {
    int version = row.getInt(column);
    return row.wasNull() ? Optional.empty() : Optional.of(version);
  }

  private static Instant instant(ResultSet row) throws SQLException {
    return row.getObject("moved_at", OffsetDateTime.class).toInstant();
  }
}
