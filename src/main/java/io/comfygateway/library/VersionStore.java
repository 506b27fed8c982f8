package io.comfygateway.library;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.comfygateway.database.SqlFile;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.WorkflowSource;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The rows of workflows and of their versions. */
final class VersionStore {
  private static final int LONGEST_TITLE = 300;

  // ComfyUI writes NaN where a node asks to run each time, also into files of the editor.
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/workflow.sql");

  VersionStore(JdbcClient jdbc, TransactionTemplate transaction, InstantSource clock) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.clock = clock;
  }

  /** The row of a name. */
  private record Row(int last, OptionalInt current, OptionalInt file) {}

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

  /** The version of a file that has this content, which is stored where it is new. */
  int ofFile(String name, int least, WorkflowSource source) {
    String hash = source.hash();
    Optional<Same> known = sameContent(name, least, hash);
    if (known.filter(Same::isOfFile).isPresent()) {
      return known.get().version();
    }
    return locked(
        name,
        () -> {
          // Another gateway may have stored or removed it in the meantime.
          Optional<Integer> stored = sameContent(name, least, hash).map(Same::version);
          int version = stored.orElseGet(() -> Math.max(least, row(name).last() + 1));
          if (stored.isEmpty()) {
            insert(name, version, hash, source, Optional.empty(), Optional.empty());
          }
          set("set-file", name, version);
          return version;
        });
  }

  private record Same(int version, boolean isOfFile) {}

  private Optional<Same> sameContent(String name, int least, String hash) {
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
   * Stores an upload.
   *
   * @throws Problem if there are too many or too large ones already, or the current version is
   *     another than the caller expects
   */
  Upload.Stored upload(Upload upload, StoredLibrary.Limits limits) {
    String name = upload.name();
    String hash = upload.source().hash();
    return locked(
        name,
        () -> {
          Row row = row(name);
          requireExpected(upload, row);
          if (row.current().isPresent() && hash.equals(hash(name, row.current().getAsInt()))) {
            return new Upload.Stored(row.current().getAsInt(), false);
          }
          requireRoom(upload.source(), row.current().isEmpty(), limits);
          int version = row.last() + 1;
          insert(name, version, hash, upload.source(), upload.note(), Optional.of(upload.by()));
          set("set-current", name, version);
          noteChange();
          return new Upload.Stored(version, true);
        });
  }

  /** That there are as many uploaded workflows as there may be. */
  static Problem tooMany(int most) {
    return new Problem(
        ProblemType.WORKFLOW_CONFLICT,
        "There are %d uploaded workflows already (GATEWAY_WORKFLOWS_MAX_UPLOADED). Remove one that nobody uses."
            .formatted(most));
  }

  // Parallel uploads are counted one after the other.
  private void requireRoom(WorkflowSource source, boolean isNew, StoredLibrary.Limits limits) {
    jdbc.sql(sql.get("lock-changes")).query(Long.class).single();
    if (isNew && count("count-uploaded") >= limits.workflows()) {
      throw tooMany(limits.workflows());
    }
    long stored = count("stored-bytes");
    if (stored + source.bytes() > limits.bytes()) {
      throw new Problem(
          ProblemType.WORKFLOW_CONFLICT,
          "The kept versions of uploaded workflows have %d bytes, this one %d; at most %d are kept (GATEWAY_WORKFLOWS_MAX_STORED_BYTES). Remove a workflow that nobody uses, or keep fewer versions."
              .formatted(stored, source.bytes(), limits.bytes()));
    }
  }

  private static void requireExpected(Upload upload, Row row) {
    int current = row.current().orElse(0);
    if (upload.instead().isPresent() && upload.instead().getAsInt() != current) {
      throw new Problem(
          ProblemType.WORKFLOW_CHANGED,
          current == 0
              ? "There is no workflow \"" + upload.name() + "\" now, so it has no such version."
              : "The current version of \""
                  + upload.name()
                  + "\" is "
                  + current
                  + ". Read it, and send your change with If-Match: \""
                  + current
                  + "\".");
    }
  }

  /** Removes an uploaded workflow; its versions stay. False if it is not there. */
  boolean remove(String name) {
    return locked(
        name,
        () -> {
          boolean isThere = row(name).current().isPresent();
          if (isThere) {
            jdbc.sql(sql.get("set-current"))
                .param("name", name)
                .param("version", null, Types.INTEGER)
                .update();
            noteChange();
          }
          return isThere;
        });
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
                        Optional.ofNullable(row.getString("editor")).map(VersionStore::json),
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

  void removeVersions(String name, List<Integer> versions) {
    jdbc.sql(sql.get("remove-versions")).param("name", name).param("versions", versions).update();
  }

  /** Does work while nobody else changes this name. */
  <T> T locked(String name, Supplier<T> work) {
    begin(name);
    return Objects.requireNonNull(
        transaction.execute(
            status -> {
              row(name);
              return work.get();
            }));
  }

  /** Lets other gateways see that an uploaded workflow or an alias has changed. */
  void noteChange() {
    jdbc.sql(sql.get("note-change")).update();
  }

  private void begin(String name) {
    try {
      jdbc.sql(sql.get("begin")).param("name", name).update();
    } catch (DuplicateKeyException anotherWasFirst) {
      // The row is there, which is what is wanted.
    }
  }

  private Row row(String name) {
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

  private long count(String statement) {
    return jdbc.sql(sql.get(statement)).query(Long.class).single();
  }

  private String hash(String name, int version) {
    return jdbc.sql(sql.get("hash"))
        .param("name", name)
        .param("version", version)
        .query(String.class)
        .optional()
        .orElse("");
  }

  private void insert(
      String name,
      int version,
      String hash,
      WorkflowSource source,
      Optional<String> note,
      Optional<String> by) {
    String title = source.title();
    Instant now = clock.instant();
    jdbc.sql(sql.get("insert-version"))
        .param("name", name)
        .param("version", version)
        .param("hash", hash)
        .param("title", title.substring(0, Math.min(title.length(), LONGEST_TITLE)))
        .param("graph", source.graph().toString())
        .param("editor", source.editor().map(JsonNode::toString).orElse(null), Types.VARCHAR)
        .param("sidecar", source.sidecar().orElse(null), Types.VARCHAR)
        .param("preset", source.preset().orElse(null), Types.VARCHAR)
        .param("note", note.orElse(null), Types.VARCHAR)
        .param("now", now.atOffset(ZoneOffset.UTC))
        .param("by", by.orElse(null), Types.VARCHAR)
        .update();
    set("set-last", name, version);
  }

  private void set(String statement, String name, int version) {
    jdbc.sql(sql.get(statement)).param("name", name).param("version", version).update();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored graph is no JSON", e);
    }
  }
}
