package io.comfygateway.comfyapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.database.DocumentSeal;
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
import org.jspecify.annotations.Nullable;

/** Maps the rows of clients' prompts. The contents of a prompt are encrypted. */
final class PromptRows {
  private static final String EMPTY = "{}";

  private final ObjectMapper json;
  private final DocumentSeal seal;

  PromptRows(ObjectMapper json, DocumentSeal seal) {
    this.json = json;
    this.seal = seal;
  }

  /** Reads a prompt with its detail and outputs. */
  ClientPrompts.Entry readEntry(ResultSet row, int number) throws SQLException {
    ClientPrompt prompt = read(row, number);
    try {
      PromptDetail detail =
          json.readValue(open(prompt.job(), row.getString("detail")), PromptDetail.class);
      String outputs = row.getString("outputs");
      return new ClientPrompts.Entry(
          prompt,
          detail,
          outputs == null
              ? Optional.empty()
              : Optional.of(json.readTree(open(prompt.job(), outputs))));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A prompt. */
  static ClientPrompt read(ResultSet row, int number) throws SQLException {
    return new ClientPrompt(
        row.getObject("job_id", UUID.class),
        row.getString("owner"),
        row.getObject("prompt_id", UUID.class),
        Optional.ofNullable(row.getString("client_id")),
        row.getDouble("number"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        Optional.ofNullable(row.getObject("ended_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant),
        row.getBoolean("hidden"));
  }

  /** Encrypts the detail of a prompt. */
  String seal(UUID job, PromptDetail detail) {
    try {
      return seal(job, json.writeValueAsString(detail));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Encrypts a text of a job's prompt. */
  String seal(UUID job, String clear) {
    return Base64.getEncoder()
        .encodeToString(seal.seal(job, clear.getBytes(StandardCharsets.UTF_8)));
  }

  private String open(UUID job, @Nullable String sealed) {
    return sealed == null
        ? EMPTY
        : new String(seal.open(job, Base64.getDecoder().decode(sealed)), StandardCharsets.UTF_8);
  }

  /** A time as it is stored, to the millisecond. */
  static OffsetDateTime at(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }
}
