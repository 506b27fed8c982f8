package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.output.OutputFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.jspecify.annotations.Nullable;

/**
 * The steps of {@code /api/jobs}: the queue and the history of a caller in one list, as newer
 * versions of ComfyUI have it.
 */
public final class ClientJobsApi {
  private static final int MOST = 1_000;
  private static final int NOT_FOUND = 404;
  private static final int BAD_REQUEST = 400;
  private static final Set<String> MEDIA = Set.of("images", "gifs", "video", "audio", "3d");

  private final ClientPrompts prompts;
  private final PromptEntries entries;
  private final QueueApi queue;
  private final JobQueries queries;
  private final ObjectMapper json;

  private record Listed(ClientPrompt prompt, Job job) {
    String status() {
      return switch (job.status()) {
        case QUEUED -> "pending";
        case RUNNING -> "in_progress";
        case SUCCEEDED -> "completed";
        case FAILED -> "failed";
        case CANCELLED -> "cancelled";
      };
    }

    long took() {
      return job.times().finished().isEmpty()
          ? 0
          : Duration.between(PromptMessages.begin(job), job.times().finished().get()).toMillis();
    }
  }

  public ClientJobsApi(
      ClientPrompts prompts,
      PromptEntries entries,
      QueueApi queue,
      JobQueries queries,
      ObjectMapper json) {
    this.prompts = prompts;
    this.entries = entries;
    this.queue = queue;
    this.queries = queries;
    this.json = json;
  }

  /** {@code GET /api/jobs}: of the caller's newest thousand. */
  public void list(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    var request = exchange.getMessage();
    String wanted = request.getHeader("status", "", String.class);
    Set<String> statuses = wanted.isEmpty() ? Set.of() : Set.of(distinct(wanted.split(",", 20)));
    int offset = number(request.getHeader("offset", String.class), 0);
    int limit = number(request.getHeader("limit", String.class), MOST);
    List<Listed> all = new ArrayList<>();
    prompts.queue(caller.name(), Optional.empty(), MOST).forEach(prompt -> add(all, prompt));
    prompts.history(caller.name(), MOST, 0).forEach(prompt -> add(all, prompt));
    all.removeIf(
        listed ->
            !statuses.isEmpty() && !statuses.contains(listed.status())
                || request.getHeader("workflow_id") != null);
    Comparator<Listed> order =
        "execution_duration".equals(request.getHeader("sort_by"))
            ? Comparator.comparingLong(Listed::took)
            : Comparator.<Listed, java.time.Instant>comparing(it -> it.prompt().created())
                .thenComparing(it -> it.prompt().number());
    all.sort(order);
    if (!"asc".equals(request.getHeader("sort_order"))) {
      Collections.reverse(all);
    }
    int from = Math.min(offset, all.size());
    int to = (int) Math.min(all.size(), (long) from + limit);
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode jobs = body.putArray("jobs");
    all.subList(from, to).forEach(listed -> jobs.add(outline(listed)));
    body.putObject("pagination")
        .put("offset", offset)
        .put("limit", limit)
        .put("total", all.size())
        .put("has_more", to < all.size());
    ClientResponses.json(exchange, body);
  }

  private static String[] distinct(String[] words) {
    return new java.util.LinkedHashSet<>(List.of(words)).toArray(String[]::new);
  }

  private void add(List<Listed> all, ClientPrompt prompt) {
    queries.find(prompt.job()).ifPresent(job -> all.add(new Listed(prompt, job)));
  }

  /** {@code GET /api/jobs/{id}}. */
  public void one(
      Exchange exchange, @ExchangeProperty("caller") Caller caller, @Header("id") String id) {
    Optional<ObjectNode> found =
        QueueApi.id(id)
            .flatMap(promptId -> prompts.find(caller.name(), promptId))
            .flatMap(
                prompt -> queries.find(prompt.job()).map(job -> whole(new Listed(prompt, job))));
    if (found.isPresent()) {
      ClientResponses.json(exchange, found.get());
    } else {
      ClientResponses.json(
          exchange, NOT_FOUND, JsonNodeFactory.instance.objectNode().put("error", "Job not found"));
    }
  }

  /** {@code POST /api/jobs/{id}/cancel}: sets the job that is to be cancelled. */
  public void cancel(
      Exchange exchange, @ExchangeProperty("caller") Caller caller, @Header("id") String id) {
    boolean cancelled =
        QueueApi.id(id)
            .map(promptId -> queue.cancel(exchange, caller.name(), promptId))
            .orElse(false);
    exchange.setProperty(QueueApi.CANCELLED, jobs(exchange));
    exchange.setProperty("cancelled", cancelled);
  }

  /** {@code POST /api/jobs/cancel}: sets the jobs that are to be cancelled. */
  public void cancelAll(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    ArrayNode invalid = JsonNodeFactory.instance.arrayNode();
    boolean cancelled = false;
    int count = 0;
    for (JsonNode id : PromptBody.read(exchange, json).path("job_ids")) {
      if (count++ >= MOST) {
        break;
      }
      if (QueueApi.id(id.asText()).isEmpty()) {
        invalid.add(id);
      }
    }
    if (!invalid.isEmpty()) {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.put("error", "job_ids contains invalid id(s)").set("invalid_ids", invalid);
      ClientResponses.json(exchange, BAD_REQUEST, body);
      exchange.setRouteStop(true);
      return;
    }
    for (var id : QueueApi.ids(PromptBody.read(exchange, json).path("job_ids"))) {
      cancelled |= queue.cancel(exchange, caller.name(), id);
    }
    exchange.setProperty(QueueApi.CANCELLED, jobs(exchange));
    exchange.setProperty("cancelled", cancelled);
  }

  private static List<?> jobs(Exchange exchange) {
    List<?> jobs = exchange.getProperty(QueueApi.CANCELLED, List.class);
    return jobs == null ? List.of() : jobs;
  }

  /** ClientResponses whether anything was cancelled. */
  public void cancelled(Exchange exchange, @ExchangeProperty("cancelled") boolean cancelled) {
    ClientResponses.json(
        exchange, JsonNodeFactory.instance.objectNode().put("cancelled", cancelled));
  }

  private ObjectNode outline(Listed listed) {
    ClientPrompt prompt = listed.prompt();
    Job job = listed.job();
    ObjectNode outline = JsonNodeFactory.instance.objectNode();
    outline.put("id", prompt.promptId().toString());
    outline.put("status", listed.status());
    ArrayNode number = JsonNodeFactory.instance.arrayNode();
    PromptEntries.number(number, prompt.number());
    outline.set("priority", number.get(0));
    outline.put("create_time", prompt.created().toEpochMilli());
    if (job.status().isFinished()) {
      outline.put("execution_start_time", PromptMessages.begin(job).toEpochMilli());
      outline.put(
          "execution_end_time", job.times().finished().orElse(prompt.created()).toEpochMilli());
    }
    List<OutputFile> files =
        job.status().isFinished()
            ? prompts.entry(prompt.job()).map(CallerFiles::of).orElse(List.of())
            : List.of();
    outline.put("outputs_count", files.size());
    outline.put("previewable_outputs_count", files.size());
    files.stream().findFirst().ifPresent(file -> preview(outline, prompt, file));
    return outline;
  }

  private static void preview(ObjectNode outline, ClientPrompt prompt, OutputFile file) {
    String kind = file.kind().word() + "s";
    outline
        .putObject("preview_output")
        .put("filename", file.filename())
        .put("subfolder", ClientFiles.subfolder(prompt.job(), file.subfolder()))
        .put("type", file.type())
        .put("nodeId", file.node())
        .put("mediaType", MEDIA.contains(kind) ? kind : file.kind().word());
  }

  private ObjectNode whole(Listed listed) {
    ObjectNode whole = outline(listed);
    if (listed.job().status().isFinished()) {
      prompts
          .entry(listed.prompt().job())
          .ifPresent(
              entry -> {
                whole.set("outputs", PromptEntries.outputs(entry));
                whole.set("workflow", entries.workflow(entry));
                PromptEntries.nodeErrors(entry, listed.job())
                    .ifPresent(errors -> whole.set("node_errors", errors));
              });
      whole.set("execution_status", PromptEntries.status(listed.prompt(), listed.job()));
      PromptMessages.Message last = PromptMessages.last(listed.prompt().promptId(), listed.job());
      if ("execution_error".equals(last.type())) {
        whole.set("execution_error", last.data());
      }
    }
    return whole;
  }

  private static int number(@Nullable String text, int otherwise) {
    return text != null && text.matches("\\d{1,9}") ? Integer.parseInt(text) : otherwise;
  }
}
