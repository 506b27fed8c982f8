package io.comfygateway.flow;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.CallbackInbox.Received;
import io.comfygateway.simulator.SimulatorStats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the caller, ComfyUI and the receiver of callbacks each know of a job must be one story. */
final class Ledger {
  private final Caller caller;
  private final Comfy comfy;
  private final CallbackInbox inbox;

  Ledger(Caller caller, Comfy comfy, CallbackInbox inbox) {
    this.caller = caller;
    this.comfy = comfy;
    this.inbox = inbox;
  }

  /** The callbacks of a job so far. */
  List<Received> callbacks(String id) {
    return inbox.received().stream().filter(one -> id.equals(jobOf(one))).toList();
  }

  private static String jobOf(Received callback) {
    try {
      return callback.json().path("data").path("id").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits until a job has succeeded and its caller was told; its prompt ran once, its outputs are
   * ComfyUI's to the byte, and every try to tell had the same {@code webhook-id}.
   */
  JsonNode assertDone(String id) {
    JsonNode job =
        caller.await(
            id,
            now ->
                "failed".equals(now.path("status").asText())
                    || "delivered".equals(now.path("deliveries").path(0).path("status").asText()));
    assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("succeeded");
    assertThat(comfy.submissions(id)).as("submissions of " + id).isEqualTo(1);
    assertThat(comfy.runs(id)).as("runs of " + id).isEqualTo(1);
    assertOutputs(job);
    assertThat(callbacks(id))
        .isNotEmpty()
        .extracting(callback -> callback.header("webhook-id"))
        .containsOnly(callbacks(id).get(0).header("webhook-id"));
    assertThat(callbacks(id))
        .allSatisfy(
            callback ->
                assertThat(callback.json().path("type").asText()).isEqualTo("job.succeeded"));
    return job;
  }

  /** A job has outputs, and each is ComfyUI's file to the byte. */
  void assertOutputs(JsonNode job) {
    String id = job.path("id").asText();
    assertThat(job.path("outputs")).as(job.toString()).isNotEmpty();
    JsonNode files = comfy.get("/history/" + id).path(id).path("outputs");
    for (JsonNode output : job.path("outputs")) {
      String stored = sha256(caller.get(output.path("url").asText()).bytes());
      assertThat(output.path("sha256").asText()).isEqualTo(stored);
      assertThat(stored).isEqualTo(sha256(comfy.bytes(viewPath(files, output))));
    }
  }

  /**
   * Each ComfyUI has worked; all together were sent and ran each of the prompts once, and no other.
   */
  static void assertRanOnce(Collection<String> prompts, Collection<Comfy> comfys) {
    Map<String, Integer> runs = new HashMap<>();
    Map<String, Integer> submissions = new HashMap<>();
    for (Comfy comfy : comfys) {
      SimulatorStats stats = comfy.stats();
      assertThat(stats.totalRuns()).isPositive();
      stats.runs().forEach((id, count) -> runs.merge(id, count, Integer::sum));
      stats.submissions().forEach((id, count) -> submissions.merge(id, count, Integer::sum));
    }
    assertThat(runs.keySet()).containsExactlyInAnyOrderElementsOf(prompts);
    assertThat(runs.values()).containsOnly(1);
    assertThat(submissions.values()).containsOnly(1);
  }

  private static String viewPath(JsonNode outputs, JsonNode output) {
    for (JsonNode image : outputs.path(output.path("node").asText()).path("images")) {
      if (image.path("filename").asText().equals(output.path("filename").asText())) {
        return "/view?filename=%s&subfolder=%s&type=%s"
            .formatted(
                encoded(image.path("filename")),
                encoded(image.path("subfolder")),
                encoded(image.path("type")));
      }
    }
    throw new AssertionError("ComfyUI knows no such file: " + output);
  }

  private static String encoded(JsonNode value) {
    return URLEncoder.encode(value.asText(), StandardCharsets.UTF_8);
  }
}
