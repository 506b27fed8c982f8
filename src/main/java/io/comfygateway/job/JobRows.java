package io.comfygateway.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.database.DocumentSeal;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.springframework.jdbc.core.RowMapper;

/** Converts rows of the job table to jobs, and the parts of a job to columns. */
final class JobRows implements RowMapper<Job> {
  /** The limit of a BYTEA column in H2, in bytes. */
  private static final int LARGEST_DOCUMENT = 1_000_000;

  /** In bytes; each prompt that is being sent is several times in memory. */
  private static final int LARGEST_TEXT = 4_000_000;

  private final ObjectMapper json;
  private final DocumentSeal seal;

  JobRows(ObjectMapper json, DocumentSeal seal) {
    this.json = json;
    this.seal = seal;
  }

  /** The instant as the database keeps it, in milliseconds. */
  static OffsetDateTime at(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }

  @Override
  public Job mapRow(ResultSet row, int number) throws SQLException {
    int timeout = row.getInt("timeout_seconds");
    Optional<Integer> timeoutSeconds = row.wasNull() ? Optional.empty() : Optional.of(timeout);
    return new Job(
        row.getObject("id", UUID.class),
        row.getLong("seq"),
        row.getString("owner"),
        Optional.ofNullable(row.getString("workflow")),
        JobStatus.of(row.getString("status")),
        Stage.of(row.getString("stage")),
        row.getInt("priority"),
        new Job.Place(
            Optional.ofNullable(row.getString("backend")),
            row.getInt("attempts"),
            row.getLong("fence")),
        new Job.Times(
            row.getObject("created_at", OffsetDateTime.class).toInstant(),
            instant(row, "given_at"),
            instant(row, "started_at"),
            instant(row, "ran_at"),
            instant(row, "finished_at"),
            instant(row, "expires_at")),
        timeoutSeconds,
        row.getBoolean("cancel_requested"),
        readFacts(open(row, "facts").orElseThrow()),
        Optional.ofNullable(row.getString("needs")),
        open(row, "result"));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  private JobFacts readFacts(String text) {
    try {
      return json.readValue(text, JobFacts.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The facts, sealed: errors and texts of nodes may quote the prompt. */
  String seal(UUID job, JobFacts facts) {
    try {
      return seal(job, json.writeValueAsString(facts));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A text for a column, sealed. */
  String seal(UUID job, String clear) {
    return Base64.getEncoder()
        .encodeToString(seal.seal(job, clear.getBytes(StandardCharsets.UTF_8)));
  }

  private Optional<String> open(ResultSet row, String column) throws SQLException {
    UUID job = row.getObject("id", UUID.class);
    return Optional.ofNullable(row.getString(column)).map(text -> open(job, text));
  }

  // Earlier versions stored the JSON itself; no base64 text begins with a brace.
  private String open(UUID job, String text) {
    return text.startsWith("{")
        ? text
        : new String(seal.open(job, Base64.getDecoder().decode(text)), StandardCharsets.UTF_8);
  }

  byte[] seal(UUID job, JobDocument document) {
    return pack(job, document);
  }

  /** The document of a job or a batch, compressed, and sealed for this id alone. */
  byte[] pack(UUID id, Object document) {
    return packed(id, document).sealed();
  }

  /**
   * A document as it is stored.
   *
   * @param unpacked bytes of its JSON
   */
  record Packed(byte[] sealed, long unpacked) {}

  /** The same, with its size before compression. */
  Packed packed(UUID id, Object document) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
      byte[] text = json.writeValueAsBytes(document);
      deflater.write(text);
      deflater.finish();
      byte[] sealed = seal.seal(id, packed.toByteArray());
      if (text.length <= LARGEST_TEXT && sealed.length <= LARGEST_DOCUMENT) {
        return new Packed(sealed, text.length);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new Problem(
        ProblemType.TOO_LARGE,
        "The graph is too large to be queued (over 4 MB, or over 1 MB compressed). Send files as file inputs, not inside the graph.");
  }

  JobDocument open(UUID job, byte[] sealed) {
    return unpack(job, sealed, JobDocument.class);
  }

  <T> T unpack(UUID id, byte[] sealed, Class<T> type) {
    try (InflaterInputStream inflater =
        new InflaterInputStream(new ByteArrayInputStream(seal.open(id, sealed)))) {
      return json.readValue(inflater, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
