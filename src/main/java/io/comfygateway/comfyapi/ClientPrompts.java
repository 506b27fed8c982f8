package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.database.DocumentSeal;
import io.comfygateway.database.SqlFile;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The prompts of clients in the database. Every method that takes an id of a client takes the owner
 * as well, so that no caller reaches another's prompt.
 */
public final class ClientPrompts {
  private static final int AT_ONCE = 1_000;

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/client-prompt.sql");
  private final PromptRows rows;
  private final TransactionTemplate transaction;

  /**
   * Creates it.
   *
   * @param seal encrypts what a prompt contains
   */
  public ClientPrompts(
      JdbcClient jdbc, TransactionTemplate transaction, ObjectMapper json, DocumentSeal seal) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.rows = new PromptRows(json, seal);
  }

  /** A prompt with what the server answered when it accepted it, and its outputs. */
  public record Entry(ClientPrompt prompt, PromptDetail detail, Optional<JsonNode> outputs) {}

  /** The numbers of prompts. */
  PromptNumbers numbers() {
    return new PromptNumbers(jdbc, sql);
  }

  /**
   * Gives a prompt a place in its caller's queue other than the last. Call it inside the
   * transaction that stores its job.
   */
  void place(ClientPrompt prompt) {
    // The place of a job is the number of the caller's last prompt before it.
    jdbc.sql(sql.get("place"))
        .param("job", prompt.job())
        .param("place", prompt.number() - 1)
        .update();
  }

  /** Stores a prompt. Call it inside the transaction that stores its job. */
  public void add(ClientPrompt prompt, PromptDetail detail) {
    jdbc.sql(sql.get("insert"))
        .param("job", prompt.job())
        .param("owner", prompt.owner())
        .param("prompt", prompt.promptId())
        .param("client", prompt.clientId().orElse(null), Types.VARCHAR)
        .param("number", prompt.number())
        .param("detail", rows.seal(prompt.job(), detail))
        .param("now", PromptRows.at(prompt.created()))
        .update();
  }

  /** The prompt of a job; empty if no client sent it. */
  public Optional<ClientPrompt> ofJob(UUID job) {
    return jdbc.sql(sql.get("of-job")).param("job", job).query(PromptRows::read).optional();
  }

  /** A caller's prompt that has not been deleted; the newest if the client used the id again. */
  public Optional<ClientPrompt> find(String owner, UUID promptId) {
    return jdbc.sql(sql.get("of-prompt"))
        .param("owner", owner)
        .param("prompt", promptId)
        .query(PromptRows::read)
        .optional();
  }

  /** The prompt of a job with its detail and outputs; empty if no client sent it. */
  public Optional<Entry> entry(UUID job) {
    return jdbc.sql(sql.get("of-job")).param("job", job).query(rows::readEntry).optional();
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
        .query(PromptRows::read)
        .list();
  }

  /** The jobs of a caller's prompts that have not ended. */
  Set<UUID> unfinishedJobs(String owner) {
    return new HashSet<>(
        jdbc.sql(sql.get("unfinished-jobs")).param("owner", owner).query(UUID.class).list());
  }

  /** A caller's prompts that servers run, in the order of their numbers. */
  public List<ClientPrompt> running(String owner) {
    return jdbc.sql(sql.get("running")).param("owner", owner).query(PromptRows::read).list();
  }

  /**
   * A page of a caller's prompts that have not ended, in the order of their numbers.
   *
   * @param after the last one of the page before; empty for the first page
   */
  public List<ClientPrompt> queue(String owner, Optional<ClientPrompt> after, int limit) {
    JdbcClient.StatementSpec page =
        after
            .map(
                last ->
                    jdbc.sql(sql.get("queue"))
                        .param("number", last.number())
                        .param("job", last.job()))
            .orElseGet(() -> jdbc.sql(sql.get("first-of-queue")));
    return page.param("owner", owner).param("limit", limit).query(PromptRows::read).list();
  }

  /** The newest job of a caller's prompts that has an output with this filename. */
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
   * How many prompts of a caller have not ended, or have ended without their client knowing it.
   *
   * @param untold those whose end was not sent; a thousand of them count
   */
  int countUntold(String owner, List<UUID> untold) {
    return untold.isEmpty()
        ? countUnfinished(owner)
        : jdbc.sql(sql.get("count-untold"))
            .param("owner", owner)
            .param("untold", untold.subList(0, Math.min(AT_ONCE, untold.size())))
            .query(Integer.class)
            .single();
  }

  /** Those of a caller's prompts that have ended, in the order of their numbers. */
  List<ClientPrompt> endedOf(String owner, List<UUID> jobs) {
    return jobs.isEmpty()
        ? List.of()
        : jdbc.sql(sql.get("ended-of"))
            .param("owner", owner)
            .param("jobs", jobs.subList(0, Math.min(AT_ONCE, jobs.size())))
            .query(PromptRows::read)
            .list();
  }

  /**
   * A client's prompts that have ended and were behind a number in the queue, the first first.
   *
   * @param since when they ended at the earliest
   * @param limit how many at the most
   */
  List<ClientPrompt> endedBehind(SessionKey client, double number, Instant since, int limit) {
    return jdbc.sql(sql.get("ended-behind"))
        .param("owner", client.owner())
        .param("client", client.clientId())
        .param("number", number)
        .param("since", PromptRows.at(since))
        .param("limit", limit)
        .query(PromptRows::read)
        .list();
  }

  /**
   * A caller's prompts that have ended, the newest first.
   *
   * @param offset how many of the newest to skip
   */
  public List<ClientPrompt> history(String owner, int limit, int offset) {
    return jdbc.sql(sql.get("history"))
        .param("owner", owner)
        .param("limit", limit)
        .param("offset", offset)
        .query(PromptRows::read)
        .list();
  }

  /**
   * Adds a prompt to the history. Call it inside the transaction that ends its job.
   *
   * @param isCancelled whether it was cancelled; only such a prompt stays deleted if its client has
   *     deleted it from the queue
   * @param outputs ComfyUI's {@code outputs}; empty if it has none
   */
  void ended(UUID job, Instant now, boolean isCancelled, Optional<String> outputs) {
    jdbc.sql(sql.get("ended"))
        .param("job", job)
        .param("now", PromptRows.at(now))
        .param("cancelled", isCancelled)
        .param("outputs", outputs.map(text -> rows.seal(job, text)).orElse(null), Types.VARCHAR)
        .update();
  }

  /**
   * Notes which outputs of a prompt its server leaves out.
   *
   * @param nodeErrors ComfyUI's {@code node_errors}
   */
  public void leaveOut(UUID job, JsonNode nodeErrors) {
    entry(job)
        .ifPresent(
            entry ->
                jdbc.sql(sql.get("change-detail"))
                    .param("job", job)
                    .param("detail", rows.seal(job, entry.detail().leavingOut(nodeErrors)))
                    .update());
  }

  /** Removes a prompt that its client knows to be refused from both lists; its job stays. */
  void removeRefused(UUID job) {
    jdbc.sql(sql.get("hide-refused")).param("job", job).update();
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
   * Deletes waiting prompts from the queue. The same transaction notes that their jobs are to be
   * cancelled, so that none of them runs even if the gateway is killed before it cancels them.
   *
   * @param jobs a thousand at the most
   * @return those that were deleted; a server already runs the others, or they have ended
   */
  public List<UUID> withdraw(List<UUID> jobs) {
    if (jobs.isEmpty()) {
      return List.of();
    }
    return transaction.execute(
        tx -> {
          jdbc.sql(sql.get("cancel-waiting")).param("jobs", jobs).update();
          List<UUID> cancelled =
              jdbc.sql(sql.get("cancelled-waiting")).param("jobs", jobs).query(UUID.class).list();
          if (!cancelled.isEmpty()) {
            jdbc.sql(sql.get("hide-waiting")).param("jobs", cancelled).update();
          }
          return cancelled;
        });
  }

  /** Deletes all waiting prompts of a caller from the queue. */
  public List<UUID> withdrawAll(String owner) {
    List<UUID> all = new ArrayList<>();
    List<UUID> some;
    do {
      some =
          jdbc.sql(sql.get("waiting-jobs"))
              .param("owner", owner)
              .param("limit", AT_ONCE)
              .query(UUID.class)
              .list();
      all.addAll(withdraw(some));
    } while (some.size() == AT_ONCE);
    return all;
  }
}
