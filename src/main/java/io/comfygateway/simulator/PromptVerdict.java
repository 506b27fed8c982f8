package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What ComfyUI's {@code POST /prompt} makes of a graph. */
sealed interface PromptVerdict {

  /** The faults per node, {@code {id: {"errors", "dependent_outputs", "class_type"}}}. */
  ObjectNode nodeErrors();

  /**
   * The graph would be queued.
   *
   * @param outputs the ids of the output nodes that would run, at least one
   * @param nodeErrors the faults of the output nodes that would not run; empty where all are good
   */
  record Accepted(List<String> outputs, ObjectNode nodeErrors) implements PromptVerdict {}

  /**
   * The graph would be answered with 400.
   *
   * @param error {@code {"type", "message", "details", "extra_info"}}
   * @param nodeErrors the faults per node; empty where the graph as a whole is at fault
   */
  record Refused(ObjectNode error, ObjectNode nodeErrors) implements PromptVerdict {}
}
