package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a run has left in the nodes of a graph. ComfyUI writes {@code "is_changed": [NaN]} into the
 * graph that it puts into its pictures, for a node that is to run each time; NaN is no JSON (RFC
 * 8259, section 6), and ComfyUI finds it out anew for each run.
 */
public final class RunState {
  private static final String FIELD = "is_changed";

  private RunState() {}

  /** Removes it from an object, where that is a node and what was left is no JSON. */
  public static void drop(ObjectNode node) {
    if (node.has("class_type") && isNotFinite(node.path(FIELD))) {
      node.remove(FIELD);
    }
  }

  /** Whether a value is NaN or Infinity, or holds one. */
  static boolean isNotFinite(JsonNode value) {
    for (JsonNode item : value) {
      if (isNotFinite(item)) {
        return true;
      }
    }
    return value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue());
  }
}
