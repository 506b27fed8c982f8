package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * One way to read {@code widgets_values}.
 *
 * @param values the values by the key of their field
 * @param positions where these values are in the list
 * @param missing the fields that are left without a value
 * @param rest the values that are left without a field
 * @param worst how well the value fits that fits worst
 */
record Reading(
    Map<String, JsonNode> values,
    Map<String, Integer> positions,
    List<Field> missing,
    List<JsonNode> rest,
    ValueFit worst) {

  /** Whether each value has its field and each field its value. */
  boolean isExact() {
    return missing.isEmpty() && rest.isEmpty();
  }
}
