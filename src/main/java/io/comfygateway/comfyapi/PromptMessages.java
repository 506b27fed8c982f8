package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobStatus;
import java.time.Instant;
import java.util.UUID;

/**
 * The messages of a prompt that has ended, as ComfyUI keeps them in {@code status.messages} of its
 * history. A prompt that failed because of the gateway, such as a lost server or a time limit, has
 * the same messages as one whose node raised an exception: clients wait for them. So has one that
 * its server refused; the message then names each node at fault.
 */
public final class PromptMessages {
  private static final String ERROR = "execution_error";
  private static final String INTERRUPTED = "execution_interrupted";

  private PromptMessages() {}

  /** A message: {@code execution_success}, say, and its data. */
  public record Message(String type, ObjectNode data) {}

  /**
   * The last message of a prompt.
   *
   * @param promptId the id that the client knows
   * @param job its job, which has ended
   */
  public static Message last(UUID promptId, Job job) {
    ObjectNode data = data(promptId);
    Instant end = job.times().ran().or(() -> job.times().finished()).orElse(job.times().created());
    if (job.status() == JobStatus.SUCCEEDED) {
      return new Message("execution_success", data.put("timestamp", end.toEpochMilli()));
    }
    Instant now = job.times().finished().orElse(end);
    JobError error =
        job.facts().error().orElseGet(() -> JobError.of("cancelled", "The prompt was cancelled."));
    data.put("node_id", error.node().orElse(""));
    data.put("node_type", error.nodeType().orElse(""));
    data.putArray("executed");
    if (job.status() == JobStatus.FAILED) {
      data.put("exception_message", error.detail());
      data.put("exception_type", exceptionType(error));
      data.putArray("traceback");
      data.putObject("current_inputs");
      data.putArray("current_outputs");
    }
    data.put("timestamp", now.toEpochMilli());
    return new Message(job.status() == JobStatus.FAILED ? ERROR : INTERRUPTED, data);
  }

  // A refusal is ComfyUI's own; other errors without an exception are the gateway's.
  private static String exceptionType(JobError error) {
    return error
        .exceptionType()
        .orElse(error.comfyError().isPresent() ? error.type() : "gateway." + error.type());
  }

  /** All messages, each {@code [type, data]}. */
  static ArrayNode all(UUID promptId, Job job) {
    Instant begin = begin(job);
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    add(messages, "execution_start", data(promptId).put("timestamp", begin.toEpochMilli()));
    ObjectNode cached = JsonNodeFactory.instance.objectNode();
    cached.putArray("nodes");
    cached.put("prompt_id", promptId.toString()).put("timestamp", begin.toEpochMilli());
    add(messages, "execution_cached", cached);
    Message last = last(promptId, job);
    add(messages, last.type(), last.data());
    return messages;
  }

  /** When the prompt began to run, or else when the gateway accepted it. */
  static Instant begin(Job job) {
    return job.times().started().or(() -> job.times().submitted()).orElse(job.times().created());
  }

  private static ObjectNode data(UUID promptId) {
    return JsonNodeFactory.instance.objectNode().put("prompt_id", promptId.toString());
  }

  private static void add(ArrayNode messages, String type, ObjectNode data) {
    messages.addArray().add(type).add(data);
  }
}
