package io.comfygateway.comfyapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.job.DocumentSeal;
import io.comfygateway.job.SqlFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The prompts of clients in the database. Every method that takes an id of a client takes the owner
 * as well, so that no caller reaches another's prompt.
 */
public final class ClientPrompts {
  private static final String EMPTY = "{}";

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/client-prompt.sql");
  private final ObjectMapper json;
  private final DocumentSeal seal;

  /**
   * Creates it.
   *
   * @param seal encrypts what a prompt contains
   */
  public ClientPrompts(JdbcClient jdbc, ObjectMapper json, DocumentSeal seal) {
    this.jdbc = jdbc;
    this.json = json;
    this.seal = seal;
  }

  /** A prompt, and what a server said of it. */
  public record Entry(ClientPrompt prompt, PromptDetail detail, Optional<JsonNode> outputs) {}

  /**
   * Makes sure that {@link #nextNumber} has a row to count in. Call it outside of a transaction:
   * two first prompts may come at once, and a row that another adds meanwhile is as good.
   */
  public void prepareNumbers(String owner) {
    if (jdbc.sql(sql.get("taken-number"))
        .param("owner", owner)
        .query(Long.class)
        .optional()
        .isEmpty()) {
      try {
        jdbc.sql(sql.get("first-number")).param("owner", owner).update();
      } catch (DuplicateKeyException added) {
        // By another prompt of the caller.
      }
    }
  }

  /**
   * Takes the caller's next number, from 0. Call it inside the transaction that stores the prompt,
   * after {@link #prepareNumbers}.
   */
  public long nextNumber(String owner) {
    jdbc.sql(sql.get("take-number")).param("owner", owner).update();
    return jdbc.sql(sql.get("taken-number")).param("owner", owner).query(Long.class).single();
  }

  /** Stores a prompt. Call it inside the transaction that stores its job. */
  public void add(ClientPrompt prompt, PromptDetail detail) {
    jdbc.sql(sql.get("insert"))
        .param("job", prompt.job())
        .param("owner", prompt.owner())
        .param("prompt", prompt.promptId())
        .param("client", prompt.clientId().orElse(null), Types.VARCHAR)
        .param("number", prompt.number())
        .param("detail", seal(prompt.job(), detail))
        .param("now", at(prompt.created()))
        .update();
  }

  /** The prompt of a job; empty if no client sent it. */
  public Optional<ClientPrompt> ofJob(UUID job) {
    return jdbc.sql(sql.get("of-job")).param("job", job).query(ClientPrompts::read).optional();
  }

  /** A caller's prompt that has not been deleted; the newest if the client used the id again. */
  public Optional<ClientPrompt> find(String owner, UUID promptId) {
    return jdbc.sql(sql.get("of-prompt"))
        .param("owner", owner)
        .param("prompt", promptId)
        .query(ClientPrompts::read)
        .optional();
  }

  /** The same with what a server said of it. */
  public Optional<Entry> entry(String owner, UUID promptId) {
    return jdbc.sql(sql.get("of-prompt"))
        .param("owner", owner)
        .param("prompt", promptId)
        .query(this::readEntry)
        .optional();
  }

  /** What a server said of a job's prompt. */
  public Optional<Entry> entry(UUID job) {
    return jdbc.sql(sql.get("of-job")).param("job", job).query(this::readEntry).optional();
  }

  /**
   * A caller's prompts that have not ended, the oldest first.
   *
   * @param limit how many at the most
   */
  public List<ClientPrompt> unfinished(String owner, int limit) {
    return jdbc.sql(sql.get("unfinished"))
        .param("owner", owner)
        .param("limit", limit)
        .query(ClientPrompts::read)
        .list();
  }

  /** The jobs of a caller's prompts that have not ended. */
  Set<UUID> unfinishedJobs(String owner) {
    return new HashSet<>(
        jdbc.sql(sql.get("unfinished-jobs")).param("owner", owner).query(UUID.class).list());
  }

  /** A prompt that has not ended, and whether a server runs it. */
  public record Queued(ClientPrompt prompt, boolean isRunning) {}

  /** A caller's prompts that have not ended with where they are, in the order of their numbers. */
  public List<Queued> queue(String owner, int limit) {
    return jdbc.sql(sql.get("queue"))
        .param("owner", owner)
        .param("limit", limit)
        .query((row, n) -> new Queued(read(row, n), "running".equals(row.getString("status"))))
        .list();
  }

  /** The newest job of a caller's prompts that has put out a file with this name. */
  Optional<UUID> lastWithFile(String owner, String filename) {
    return jdbc.sql(sql.get("last-with-file"))
        .param("owner", owner)
        .param("filename", filename)
        .query(UUID.class)
        .optional();
  }

  /** How many prompts of a caller have not ended: its {@code queue_remaining}. */
  public int countUnfinished(String owner) {
    return jdbc.sql(sql.get("count-unfinished"))
        .param("owner", owner)
        .query(Integer.class)
        .single();
  }

  /**
   * A caller's prompts that have ended, the newest first.
   *
   * @param offset how many of the newest to leave out
   */
  public List<ClientPrompt> history(String owner, int limit, int offset) {
    return jdbc.sql(sql.get("history"))
        .param("owner", owner)
        .param("limit", limit)
        .param("offset", offset)
        .query(ClientPrompts::read)
        .list();
  }

  /**
   * Adds a prompt to the history. Call it inside the transaction that ends its job.
   *
   * @param outputs ComfyUI's {@code outputs}; empty if it has none
   */
  void ended(UUID job, Instant now, Optional<String> outputs) {
    jdbc.sql(sql.get("ended"))
        .param("job", job)
        .param("now", at(now))
        .param("outputs", outputs.map(text -> seal(job, text)).orElse(null), Types.VARCHAR)
        .update();
  }

  /** Deletes a caller's prompts with this id from the history; their jobs stay. */
  public void forget(String owner, UUID promptId) {
    jdbc.sql(sql.get("hide-ended")).param("owner", owner).param("prompt", promptId).update();
  }

  /** Deletes a caller's history; the jobs stay. */
  public void forgetAll(String owner) {
    jdbc.sql(sql.get("hide-all-ended")).param("owner", owner).update();
  }

  /**
   * Deletes a prompt from the queue before its job is cancelled, as ComfyUI deletes one that waits.
   *
   * @return false if a server already runs it, or it has ended
   */
  public boolean withdraw(UUID job) {
    return jdbc.sql(sql.get("hide-waiting")).param("job", job).update() == 1;
  }

  private Entry readEntry(ResultSet row, int number) throws SQLException {
    ClientPrompt prompt = read(row, number);
    try {
      PromptDetail detail =
          json.readValue(open(prompt.job(), row.getString("detail")), PromptDetail.class);
      String outputs = row.getString("outputs");
      return new Entry(
          prompt,
          detail,
          outputs == null
              ? Optional.empty()
              : Optional.of(json.readTree(open(prompt.job(), outputs))));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ClientPrompt read(ResultSet row, int number) throws SQLException {
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

  private String seal(UUID job, PromptDetail detail) {
    try {
      return seal(job, json.writeValueAsString(detail));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String seal(UUID job, String clear) {
    return Base64.getEncoder()
        .encodeToString(seal.seal(job, clear.getBytes(StandardCharsets.UTF_8)));
  }

  private String open(UUID job, @Nullable String sealed) {
    return sealed == null
        ? EMPTY
        : new String(seal.open(job, Base64.getDecoder().decode(sealed)), StandardCharsets.UTF_8);
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }
}
