package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code widgets_values} where it is by position. */
final class ValueList {
  private ValueList() {}

  /** The values; empty if they are by name. Some tools write a list as {@code {"0": …, "1": …}}. */
  static Optional<List<JsonNode>> of(JsonNode values) {
    List<JsonNode> list = new ArrayList<>();
    if (!values.isObject()) {
      values.forEach(list::add);
      return Optional.of(list);
    }
    for (int i = 0; i < values.size(); i++) {
      JsonNode value = values.get(Integer.toString(i));
      if (value == null) {
        return Optional.empty();
      }
      list.add(value);
    }
    return Optional.of(list);
  }
}
