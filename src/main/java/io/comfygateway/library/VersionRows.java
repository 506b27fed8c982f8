package io.comfygateway.library;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.comfygateway.database.SqlFile;
import io.comfygateway.workflow.WorkflowSource;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the rows of workflows and of their versions. */
final class VersionRows {
  // ComfyUI writes NaN where a node asks to run each time, also into files of the editor.
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/workflow.sql");

  VersionRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** The row of a name. */
  record Row(int last, OptionalInt current, OptionalInt file) {}

  /** A number that every change of an uploaded workflow or an alias increases. */
  long changes() {
    return jdbc.sql(sql.get("changes")).query(Long.class).single();
  }

  /** The current version of each uploaded workflow, by name. */
  Map<String, Integer> uploaded() {
    Map<String, Integer> current = new LinkedHashMap<>();
    jdbc.sql(sql.get("uploaded"))
        .query(
            row -> {
              current.put(row.getString("name"), row.getInt("current_version"));
            });
    return current;
  }

  /** A version that has a content, and whether it is that of the name's file now. */
  record Same(int version, boolean isOfFile) {}

  /** The newest version with a content, from a number up. */
  Optional<Same> sameContent(String name, int least, String hash) {
    return jdbc.sql(sql.get("same-content"))
        .param("name", name)
        .param("hash", hash)
        .param("least", least)
        .query(
            (row, n) -> {
              int version = row.getInt("version");
              return new Same(version, row.getInt("file_version") == version);
            })
        .optional();
  }

  /**
   * What a version is made from.
   *
   * @param isUploaded whether a caller uploaded it
   * @param bytes the bytes of its texts, without the file of the editor
   */
  record Content(WorkflowSource source, boolean isUploaded, int bytes) {}

  /** What a version is made from. */
  Optional<Content> source(String name, int version) {
    return jdbc.sql(sql.get("source"))
        .param("name", name)
        .param("version", version)
        .query(
            (row, n) ->
                new Content(
                    new WorkflowSource(
                        row.getString("title"),
                        json(row.getString("graph")),
                        Optional.ofNullable(row.getString("editor")).map(VersionRows::json),
                        Optional.ofNullable(row.getString("sidecar")),
                        Optional.ofNullable(row.getString("preset"))),
                    row.getString("created_by") != null,
                    row.getInt("bytes")))
        .optional();
  }

  /** The versions of a name, the newest first. */
  List<StoredVersion> versions(String name) {
    return jdbc.sql(sql.get("versions")).param("name", name).query((row, n) -> version(row)).list();
  }

  private static StoredVersion version(ResultSet row) throws SQLException {
    return new StoredVersion(
        row.getInt("version"),
        Optional.ofNullable(row.getString("note")),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        Optional.ofNullable(row.getString("created_by")));
  }

  /**
   * A version of a name among the others.
   *
   * @param retiredAt since when no new job finds it
   */
  record Place(int version, Instant createdAt, Optional<Instant> retiredAt) {
    boolean isRetired() {
      return retiredAt.isPresent();
    }

    boolean isRetiredFor(Duration time, Instant now) {
      return retiredAt.filter(since -> !since.plus(time).isAfter(now)).isPresent();
    }
  }

  /** All versions of a name, the newest first, also those that are retired. */
  List<Place> all(String name) {
    return jdbc.sql(sql.get("all-versions"))
        .param("name", name)
        .query(
            (row, n) ->
                new Place(
                    row.getInt("version"),
                    row.getObject("created_at", OffsetDateTime.class).toInstant(),
                    Optional.ofNullable(row.getObject("retired_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant)))
        .list();
  }

  /** Those of the references whose versions are here. */
  Set<String> kept(Set<String> refs) {
    Set<String> names =
        refs.stream().map(ref -> ref.substring(0, ref.lastIndexOf('@'))).collect(toSet());
    Set<String> kept = new HashSet<>();
    if (!names.isEmpty()) {
      jdbc.sql(sql.get("kept"))
          .param("names", names)
          .query(
              row -> {
                kept.add(row.getString("name") + "@" + row.getInt("version"));
              });
    }
    return kept;
  }

  /** Whether a version is here. */
  boolean isKept(String name, int version) {
    return !hash(name, version).isEmpty();
  }

  /** How many kept jobs ran each of these versions, by reference; none is left out. */
  Map<String, Long> runs(List<String> refs) {
    Map<String, Long> runs = new HashMap<>();
    if (!refs.isEmpty()) {
      jdbc.sql(sql.get("runs"))
          .param("refs", refs)
          .query(
              row -> {
                runs.put(row.getString("workflow"), row.getLong("n"));
              });
    }
    return runs;
  }

  /** The names with more versions than are kept, and those that run no more. */
  List<String> overfull(int keep) {
    return jdbc.sql(sql.get("overfull")).param("keep", keep).query(String.class).list();
  }

  /** The versions of a name that must stay because a name without a number leads to them. */
  List<Integer> inUse(String name) {
    return jdbc.sql(sql.get("in-use")).param("name", name).query(Integer.class).list();
  }

  /** Whether it is uploaded now, or was last seen as a file. */
  boolean isLive(String name) {
    Row row = row(name);
    return row.current().isPresent() || row.file().isPresent();
  }

  /** The hash of a version's content; empty if it is not here. */
  String hash(String name, int version) {
    return jdbc.sql(sql.get("hash"))
        .param("name", name)
        .param("version", version)
        .query(String.class)
        .optional()
        .orElse("");
  }

  /** The row of a name, which nobody else changes until the transaction ends. */
  Row row(String name) {
    return jdbc.sql(sql.get("lock"))
        .param("name", name)
        .query(
            (row, n) ->
                new Row(
                    row.getInt("last_version"),
                    number(row, "current_version"),
                    number(row, "file_version")))
        .single();
  }

  private static OptionalInt number(ResultSet row, String column) throws SQLException {
    int number = row.getInt(column);
    return row.wasNull() ? OptionalInt.empty() : OptionalInt.of(number);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored graph is no JSON", e);
    }
  }
}
