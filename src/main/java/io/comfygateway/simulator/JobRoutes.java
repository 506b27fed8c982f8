package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The jobs API of ComfyUI 0.33: one prompt, wherever it is. */
final class JobRoutes {
  private static final Set<String> UNFINISHED = Set.of("pending", "in_progress");

  private final Api api;
  private final PythonJson json;
  private final PromptQueue queue;
  private final Pace pace;
  private final JobEntries entries;

  JobRoutes(Api api, PythonJson json, PromptQueue queue, Pace pace) {
    this.api = api;
    this.json = json;
    this.queue = queue;
    this.pace = pace;
    this.entries = new JobEntries(queue);
  }

  void bind() {
    api.underApi(HttpMethod.GET, "/jobs", this::list);
    api.underApi(HttpMethod.GET, "/jobs/{job_id}", this::one);
    api.underApi(HttpMethod.POST, "/jobs/cancel", this::cancelSeveral);
    api.underApi(HttpMethod.POST, "/jobs/{job_id}/cancel", this::cancelOne);
  }

  private void list(RoutingContext ctx) {
    List<ObjectNode> jobs = new ArrayList<>(entries.all());
    String states = ctx.request().getParam("status", "");
    if (!states.isEmpty()) {
      List<String> wanted = Arrays.asList(states.split(","));
      jobs.removeIf(job -> !wanted.contains(job.path("status").asText()));
    }
    boolean byDuration =
        ctx.request().getParam("sort_by", "created_at").equals("execution_duration");
    Comparator<ObjectNode> order =
        Comparator.comparingLong(job -> byDuration ? duration(job) : created(job));
    boolean ascending = ctx.request().getParam("sort_order", "desc").equals("asc");
    jobs.sort(ascending ? order : order.reversed());
    try {
      int offset = Math.max(0, Integer.parseInt(ctx.request().getParam("offset", "0")));
      String limit = ctx.request().getParam("limit", "");
      api.json(ctx, 200, page(jobs, offset, limit));
    } catch (NumberFormatException e) {
      api.json(ctx, 400, json.object().put("error", "limit and offset must be integers"));
    }
  }

  private ObjectNode page(List<ObjectNode> jobs, int offset, String limit) {
    int end = jobs.size();
    if (!limit.isEmpty()) {
      end = (int) Math.min(end, offset + (long) Integer.parseInt(limit));
    }
    ObjectNode answer = json.object();
    ArrayNode shown = answer.putArray("jobs");
    jobs.subList(Math.min(offset, end), end).forEach(shown::add);
    ObjectNode pagination = answer.putObject("pagination").put("offset", offset);
    if (limit.isEmpty()) {
      pagination.putNull("limit");
    } else {
      pagination.put("limit", Integer.parseInt(limit));
    }
    pagination.put("total", jobs.size()).put("has_more", end < jobs.size());
    return answer;
  }

  private static long created(JsonNode job) {
    return job.path("create_time").asLong();
  }

  private static long duration(JsonNode job) {
    return job.path("execution_end_time").asLong() - job.path("execution_start_time").asLong();
  }

  private void one(RoutingContext ctx) {
    Optional<ObjectNode> job = entries.whole(ctx.pathParam("job_id"));
    if (job.isPresent()) {
      api.json(ctx, 200, job.get());
    } else {
      api.json(ctx, 404, json.object().put("error", "Job not found"));
    }
  }

  private void cancelOne(RoutingContext ctx) {
    api.json(ctx, 200, json.object().put("cancelled", cancel(ctx.pathParam("job_id"))));
  }

  private void cancelSeveral(RoutingContext ctx) {
    Optional<JsonNode> body = api.body(ctx);
    if (body.isEmpty()) {
      return;
    }
    ObjectNode wrong = json.object().put("error", "job_ids contains invalid id(s)");
    ArrayNode invalid = wrong.putArray("invalid_ids");
    for (JsonNode id : body.get().path("job_ids")) {
      if (id.isNull() || !PromptId.isValid(id)) {
        invalid.add(id);
      }
    }
    if (!invalid.isEmpty()) {
      api.json(ctx, 400, wrong);
      return;
    }
    boolean cancelled = false;
    for (JsonNode id : body.get().path("job_ids")) {
      cancelled |= cancel(id.asText());
    }
    api.json(ctx, 200, json.object().put("cancelled", cancelled));
  }

  private boolean cancel(String id) {
    boolean unfinished =
        entries
            .whole(id)
            .map(job -> job.path("status").asText())
            .filter(UNFINISHED::contains)
            .isPresent();
    queue.delete(id);
    queue.interrupt(prompt -> prompt.id().equals(id));
    pace.wake();
    return unfinished;
  }
}
