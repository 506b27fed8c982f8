package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.UUID;

/** A job that does not exist, for tests of receivers; {@code test} says so. */
final class SampleJob {
  private SampleJob() {}

  /** One that succeeded at a time, without outputs. */
  static ObjectNode at(Instant now, ObjectMapper json) {
    ObjectNode job =
        json.createObjectNode()
            .put("id", UUID.randomUUID().toString())
            .put("workflow", "test@1")
            .put("status", "succeeded")
            .put("test", true);
    job.putArray("outputs");
    job.putObject("metadata");
    return job.put("created_at", now.toString()).put("finished_at", now.toString());
  }
}
