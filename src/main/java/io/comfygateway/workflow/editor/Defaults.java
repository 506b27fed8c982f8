package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fills in what the file has no value for: inputs that are newer than it. */
final class Defaults {
  private final Place place;
  private final Fields fields;

  Defaults(Place place, Fields fields) {
    this.place = place;
    this.fields = fields;
  }

  /**
   * Sets the declared defaults; the first choice where none is declared, as the editor does.
   *
   * @param isEmpty whether the file has no value at all for the node
   * @throws ConversionException where a required input has no default, or only some file
   */
  void fill(Map<String, JsonNode> values, List<Field> missing, boolean isEmpty)
      throws ConversionException {
    Deque<Field> open = new ArrayDeque<>(missing);
    while (!open.isEmpty()) {
      Field field = open.poll();
      if (!field.isValue() || field.isLinked()) {
        continue;
      }
      Optional<JsonNode> value = value(field.input(), isEmpty);
      if (value.isPresent()) {
        values.put(field.key(), value.get());
        if (field.input().type().equals(Declared.DYNAMIC_COMBO)) {
          open.addAll(fields.chosen(field.input(), value.get()));
        }
      } else if (field.input().isRequired()) {
        throw new ConversionException(
            ConversionFault.of(
                place,
                (isEmpty
                        ? "The file has no values for the node, and its input %s has no default"
                        : "The file has no value for its input %s, which has no default")
                    .formatted(ConversionFault.cut(field.key())),
                "open the workflow in an editor on this ComfyUI, set it and save the file again"));
      }
    }
  }

  private static Optional<JsonNode> value(Declared input, boolean isEmpty) {
    JsonNode declared = input.options().path("default");
    if (!declared.isMissingNode() && !declared.isNull()) {
      return Optional.of(declared);
    }
    // The editor begins with an empty text; for a node without any value that would be a guess.
    if (input.type().equals("STRING") && input.isRequired() && !isEmpty) {
      return Optional.of(TextNode.valueOf(""));
    }
    if (input.type().equals(Declared.DYNAMIC_COMBO)) {
      JsonNode key = input.options().path("options").path(0).path("key");
      return Optional.of(key).filter(JsonNode::isTextual);
    }
    // The first of several models would be any of them.
    JsonNode first = input.choices().path(0);
    return input.type().equals("COMBO")
            && input.isRequired()
            && first.isValueNode()
            && !ValueFit.isFileName(first)
        ? Optional.of(first)
        : Optional.empty();
  }
}
