package io.comfygateway.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.Job;
import java.util.Optional;

/** What ComfyUI writes into a job's outputs beside the graph, for its editor. */
public interface OutputMetadata {
  /**
   * The file of the editor that shows what the job ran.
   *
   * @param prompt the job's graph in the API format
   * @return empty if there is none, or the caller wants none
   */
  Optional<JsonNode> workflow(Job job, ObjectNode prompt);
}
