package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * The steps of {@code /prompt}, {@code /queue} and {@code /interrupt}: to a client the queue holds
 * its caller's own prompts and no others.
 */
public final class QueueApi {
  /** The exchange property with the jobs that a request cancels. */
  static final String CANCELLED = "cancelledJobs";

  /** In bytes. */
  private static final long GRAPHS_SHOWN = 8_000_000;

  private static final int MOST_DELETED = 1_000;

  private final ClientPrompts prompts;
  private final PromptEntries entries;
  private final JobQueries queries;
  private final ObjectMapper json;
  private final Function<String, List<UUID>> awaited;

  /**
   * @param awaited the jobs of a caller's prompts whose clients wait on a socket for the end, and
   *     ask here whether they still run
   */
  public QueueApi(
      ClientPrompts prompts,
      PromptEntries entries,
      JobQueries queries,
      ObjectMapper json,
      Function<String, List<UUID>> awaited) {
    this.awaited = awaited;
    this.prompts = prompts;
    this.entries = entries;
    this.queries = queries;
    this.json = json;
  }

  /** {@code GET /prompt}: how many prompts of the caller have not ended. */
  public void remaining(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("exec_info")
        .put("queue_remaining", prompts.countUntold(caller.name(), awaited.apply(caller.name())));
    ClientResponses.json(exchange, body);
  }

  /** {@code GET /queue}. */
  public void show(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    ClientResponses.entries(
        exchange,
        new QueueList(
            prompts, entries, caller.name(), () -> awaited.apply(caller.name()), GRAPHS_SHOWN));
  }

  /**
   * {@code POST /queue}: sets the jobs of prompts that are to be deleted, which no server runs yet.
   * Ids that are not the caller's are ignored.
   */
  public void delete(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    JsonNode body = PromptBody.require(exchange, json);
    List<UUID> withdrawn = new ArrayList<>();
    if (body.path("clear").asBoolean(false)) {
      withdrawn.addAll(prompts.withdrawAll(caller.name()));
    }
    withdrawn.addAll(
        prompts.withdraw(
            ids(body.path("delete")).stream()
                .flatMap(id -> prompts.find(caller.name(), id).stream())
                .map(ClientPrompt::job)
                .distinct()
                .toList()));
    exchange.setProperty(CANCELLED, withdrawn);
  }

  /**
   * {@code POST /interrupt}: sets the jobs that are to be interrupted, of the caller's running
   * prompts: the one that the body names by {@code prompt_id}, those of its {@code client_id}, or
   * all of them. An id that is no text is nobody's.
   */
  public void interrupt(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    JsonNode body = PromptBody.read(exchange, json);
    JsonNode promptId = body.path("prompt_id");
    JsonNode clientId = body.path("client_id");
    exchange.setProperty(
        CANCELLED,
        prompts.running(caller.name()).stream()
            .filter(
                prompt ->
                    !isGiven(promptId) || prompt.promptId().toString().equals(promptId.textValue()))
            .filter(
                prompt ->
                    !isGiven(clientId)
                        || isGiven(promptId)
                        || (clientId.isTextual()
                            && prompt.clientId().equals(Optional.of(clientId.textValue()))))
            .map(ClientPrompt::job)
            .toList());
  }

  private static boolean isGiven(JsonNode id) {
    return !id.isMissingNode() && !id.isNull();
  }

  /** Sets {@code job} to the job of the body; nothing if it has ended. */
  public void job(Exchange exchange) {
    UUID id = exchange.getMessage().getBody(UUID.class);
    exchange.setProperty(
        "job", queries.find(id).filter(job -> !job.status().isFinished()).orElse(null));
  }

  /** ClientResponses as ComfyUI does, whether or not anything happened. */
  public void done(Exchange exchange) {
    ClientResponses.empty(exchange);
  }

  /**
   * Sets the job of a prompt to cancel it, whether it waits or runs.
   *
   * @return whether there is such a prompt that has not ended
   */
  boolean cancel(Exchange exchange, String owner, UUID promptId) {
    Optional<Job> job =
        prompts
            .find(owner, promptId)
            .filter(prompt -> prompt.ended().isEmpty())
            .flatMap(prompt -> queries.find(prompt.job()))
            .filter(found -> !found.status().isFinished());
    job.filter(found -> found.status() == JobStatus.QUEUED)
        .ifPresent(found -> prompts.withdraw(List.of(found.id())));
    List<UUID> jobs = new ArrayList<>(cancelled(exchange));
    job.ifPresent(found -> jobs.add(found.id()));
    exchange.setProperty(CANCELLED, jobs);
    return job.isPresent();
  }

  @SuppressWarnings("unchecked")
  private static List<UUID> cancelled(Exchange exchange) {
    List<UUID> jobs = exchange.getProperty(CANCELLED, List.class);
    return jobs == null ? List.of() : jobs;
  }

  /** The valid prompt ids of a list. */
  static List<UUID> ids(JsonNode list) {
    List<UUID> ids = new ArrayList<>();
    for (JsonNode id : list) {
      if (ids.size() < MOST_DELETED) {
        id(id.asText()).ifPresent(ids::add);
      }
    }
    return ids;
  }

  /** A prompt id; empty if the text is not one. */
  static Optional<UUID> id(String text) {
    try {
      return Optional.of(UUID.fromString(text)).filter(id -> id.toString().equals(text));
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }
}
