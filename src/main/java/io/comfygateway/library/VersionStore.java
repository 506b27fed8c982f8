package io.comfygateway.library;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.database.SqlFile;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.WorkflowSource;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Changes the rows of workflows and of their versions. */
final class VersionStore {
  private static final int LONGEST_TITLE = 300;

  private final JdbcClient jdbc;
  private final VersionRows rows;
  private final TransactionTemplate transaction;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/workflow.sql");

  VersionStore(JdbcClient jdbc, TransactionTemplate transaction, InstantSource clock) {
    this.jdbc = jdbc;
    this.rows = new VersionRows(jdbc);
    this.transaction = transaction;
    this.clock = clock;
  }

  /** The version of a file that has this content, which is stored where it is new. */
  int ofFile(String name, int least, WorkflowSource source) {
    String hash = source.hash();
    Optional<VersionRows.Same> known = rows.sameContent(name, least, hash);
    if (known.filter(VersionRows.Same::isOfFile).isPresent()) {
      return known.get().version();
    }
    return locked(
        name,
        () -> {
          // Another gateway may have stored or removed it in the meantime.
          Optional<Integer> stored =
              rows.sameContent(name, least, hash).map(VersionRows.Same::version);
          int version = stored.orElseGet(() -> Math.max(least, rows.row(name).last() + 1));
          if (stored.isEmpty()) {
            insert(name, version, hash, source, Optional.empty(), Optional.empty());
          }
          retire(name, List.of(version), Optional.empty());
          set("set-file", name, version);
          return version;
        });
  }

  /**
   * Stores an upload.
   *
   * @throws Problem if there are too many or too large ones already, or the current version is
   *     another than the caller expects
   */
  Upload.Stored upload(Upload upload, LibraryLimits limits) {
    String name = upload.name();
    String hash = upload.source().hash();
    return locked(
        name,
        () -> {
          VersionRows.Row row = rows.row(name);
          requireExpected(upload, row);
          if (row.current().isPresent() && hash.equals(rows.hash(name, row.current().getAsInt()))) {
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
  private void requireRoom(WorkflowSource source, boolean isNew, LibraryLimits limits) {
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

  private static void requireExpected(Upload upload, VersionRows.Row row) {
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
          boolean isThere = rows.row(name).current().isPresent();
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

  /** Retires versions, so that no new job finds them, or takes that back. */
  void retire(String name, List<Integer> versions, Optional<Instant> since) {
    if (!versions.isEmpty()) {
      jdbc.sql(sql.get("retire"))
          .param("name", name)
          .param("versions", versions)
          .param(
              "since",
              since.map(it -> it.atOffset(ZoneOffset.UTC)).orElse(null),
              Types.TIMESTAMP_WITH_TIMEZONE)
          .update();
    }
  }

  void removeVersions(String name, List<Integer> versions) {
    if (!versions.isEmpty()) {
      jdbc.sql(sql.get("remove-versions")).param("name", name).param("versions", versions).update();
    }
  }

  /** Does work while nobody else changes this name. */
  <T> T locked(String name, Supplier<T> work) {
    begin(name);
    return Objects.requireNonNull(
        transaction.execute(
            status -> {
              rows.row(name);
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

  private long count(String statement) {
    return jdbc.sql(sql.get(statement)).query(Long.class).single();
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
}
