package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** The jobs API of ComfyUI 0.26 and newer: one prompt, wherever it is. */
final class JobRoutes {
  private final Api api;
  private final PythonJson json;
  private final PromptQueue queue;
  private final Pace pace;

  JobRoutes(Api api, PythonJson json, PromptQueue queue, Pace pace) {
    this.api = api;
    this.json = json;
    this.queue = queue;
    this.pace = pace;
  }

  void bind() {
    api.underApi(HttpMethod.GET, "/jobs", this::list);
    api.underApi(HttpMethod.GET, "/jobs/{job_id}", this::one);
    api.underApi(HttpMethod.POST, "/jobs/{job_id}/cancel", this::cancel);
  }

  // The gateway only checks whether there is a list.
  private void list(RoutingContext ctx) {
    ObjectNode answer = json.object();
    ArrayNode jobs = answer.putArray("jobs");
    queue.snapshot().path("queue_running").forEach(item -> jobs.add(job(item, "in_progress")));
    queue.snapshot().path("queue_pending").forEach(item -> jobs.add(job(item, "pending")));
    answer
        .putObject("pagination")
        .put("offset", 0)
        .putNull("limit")
        .put("total", jobs.size())
        .put("has_more", false);
    api.json(ctx, 200, answer);
  }

  private void one(RoutingContext ctx) {
    Optional<ObjectNode> job = find(ctx.pathParam("job_id"));
    if (job.isPresent()) {
      api.json(ctx, 200, job.get());
    } else {
      api.json(ctx, 404, json.object().put("error", "Job not found"));
    }
  }

  private Optional<ObjectNode> find(String id) {
    JsonNode entry = queue.historyOf(id).path(id);
    if (!entry.isMissingNode()) {
      ObjectNode job = job(entry.path("prompt"), state(entry.path("status")));
      job.set("outputs", entry.path("outputs"));
      job.set("execution_status", entry.path("status"));
      return Optional.of(job.put("outputs_count", entry.path("outputs").size()));
    }
    ObjectNode now = queue.snapshot();
    return in(now.path("queue_running"), id, "in_progress")
        .or(() -> in(now.path("queue_pending"), id, "pending"));
  }

  private Optional<ObjectNode> in(JsonNode list, String id, String state) {
    for (JsonNode item : list) {
      if (item.path(1).asText().equals(id)) {
        return Optional.of(job(item, state));
      }
    }
    return Optional.empty();
  }

  private ObjectNode job(JsonNode item, String state) {
    ObjectNode job = json.object().put("id", item.path(1).asText()).put("status", state);
    job.set("priority", item.path(0));
    return job.put("outputs_count", 0);
  }

  private static String state(JsonNode status) {
    if ("success".equals(status.path("status_str").asText())) {
      return "completed";
    }
    for (JsonNode message : status.path("messages")) {
      if ("execution_interrupted".equals(message.path(0).asText())) {
        return "cancelled";
      }
    }
    return "failed";
  }

  private void cancel(RoutingContext ctx) {
    String id = ctx.pathParam("job_id");
    boolean unfinished =
        find(id)
            .map(job -> job.path("status").asText())
            .filter(state -> state.equals("pending") || state.equals("in_progress"))
            .isPresent();
    queue.delete(id);
    queue.interrupt(prompt -> prompt.id().equals(id));
    pace.wake();
    api.json(ctx, 200, json.object().put("cancelled", unfinished));
  }
}
