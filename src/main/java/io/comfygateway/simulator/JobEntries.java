package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The prompts of the queue and of the history as {@code /api/jobs} describes them. */
final class JobEntries {
  private final PromptQueue queue;

  JobEntries(PromptQueue queue) {
    this.queue = queue;
  }

  /** All of them as a list shows them: those that ended first, then those that run and wait. */
  List<ObjectNode> all() {
    List<ObjectNode> jobs = new ArrayList<>();
    queue.historyPage(OptionalInt.empty(), 0).forEach(entry -> jobs.add(ended(entry)));
    ObjectNode now = queue.snapshot();
    now.path("queue_running").forEach(item -> jobs.add(unfinished(item, "in_progress")));
    now.path("queue_pending").forEach(item -> jobs.add(unfinished(item, "pending")));
    return jobs;
  }

  /** One of them with its graph and outputs. */
  Optional<ObjectNode> whole(String id) {
    JsonNode entry = queue.historyOf(id).path(id);
    if (!entry.isMissingNode()) {
      ObjectNode job = ended(entry);
      job.set("outputs", entry.path("outputs"));
      job.set("execution_status", entry.path("status"));
      ObjectNode workflow = job.putObject("workflow");
      workflow.set("prompt", entry.at("/prompt/2"));
      workflow.set("extra_data", entry.at("/prompt/3"));
      return Optional.of(job);
    }
    ObjectNode now = queue.snapshot();
    return in(now.path("queue_running"), id, "in_progress")
        .or(() -> in(now.path("queue_pending"), id, "pending"));
  }

  private static Optional<ObjectNode> in(JsonNode list, String id, String state) {
    for (JsonNode item : list) {
      if (item.path(1).asText().equals(id)) {
        return Optional.of(unfinished(item, state));
      }
    }
    return Optional.empty();
  }

  private static ObjectNode unfinished(JsonNode item, String state) {
    return job(item, state).put("outputs_count", 0).put("previewable_outputs_count", 0);
  }

  private static ObjectNode ended(JsonNode entry) {
    JsonNode messages = entry.at("/status/messages");
    ObjectNode job = job(entry.path("prompt"), state(entry.path("status")));
    job.set("execution_start_time", messages.at("/0/1/timestamp"));
    job.set("execution_end_time", messages.path(messages.size() - 1).at("/1/timestamp"));
    for (JsonNode message : messages) {
      if (message.path(0).asText().equals("execution_error")) {
        job.set("execution_error", message.path(1));
      }
    }
    List<ObjectNode> files = files(entry.path("outputs"));
    job.put("outputs_count", files.size()).put("previewable_outputs_count", files.size());
    if (!files.isEmpty()) {
      job.set("preview_output", files.get(0));
    }
    return job;
  }

  private static List<ObjectNode> files(JsonNode outputs) {
    List<ObjectNode> files = new ArrayList<>();
    for (Map.Entry<String, JsonNode> node : outputs.properties()) {
      for (Map.Entry<String, JsonNode> kind : node.getValue().properties()) {
        for (JsonNode file : kind.getValue()) {
          if (file instanceof ObjectNode named && named.has("filename")) {
            files.add(
                named.deepCopy().put("nodeId", node.getKey()).put("mediaType", kind.getKey()));
          }
        }
      }
    }
    return files;
  }

  private static ObjectNode job(JsonNode item, String state) {
    ObjectNode job = JsonNodeFactory.instance.objectNode();
    job.put("id", item.path(1).asText()).put("status", state);
    job.set("priority", item.path(0));
    job.set("create_time", item.at("/3/create_time"));
    return job;
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
}
