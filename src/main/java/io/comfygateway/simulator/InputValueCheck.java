package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.Optional;

/** Checks a value that is written into a graph against the declaration of its input. */
final class InputValueCheck {
  // ComfyUI does not send longer lists back.
  private static final int LONGEST_LIST = 20;

  private final PromptValidation.InputCheck inputCheck;

  InputValueCheck(PromptValidation.InputCheck inputCheck) {
    this.inputCheck = inputCheck;
  }

  Optional<ObjectNode> check(String classType, InputDeclaration declaration, JsonNode given) {
    JsonNode value = given.isObject() && given.has("__value__") ? given.get("__value__") : given;
    JsonNode converted;
    try {
      converted = convert(declaration.type(), value);
    } catch (PythonError error) {
      return Optional.of(notConverted(declaration, value, error));
    }
    Optional<ObjectNode> range = range(declaration, converted);
    if (range.isPresent()) {
      return range;
    }
    boolean uploaded = declaration.options().path("image_upload").asBoolean(false);
    if (!uploaded && "COMBO".equals(declaration.type())) {
      Optional<ObjectNode> list = list(declaration, converted);
      if (list.isPresent()) {
        return list;
      }
    }
    return inputCheck
        .fault(classType, declaration.name(), value)
        .map(
            reason -> {
              ObjectNode fault =
                  PromptGraphCheck.fault(
                      "custom_validation_failed", "Custom validation failed for node");
              fault.put("details", declaration.name() + " - " + reason);
              extra(fault, declaration);
              return fault;
            });
  }

  private static JsonNode convert(String type, JsonNode value) throws PythonError {
    return switch (type) {
      case "INT" -> PythonNumber.toInt(value);
      case "FLOAT" -> PythonNumber.toFloat(value);
      case "STRING" -> JsonNodeFactory.instance.textNode(PythonText.str(value));
      case "BOOLEAN" -> BooleanNode.valueOf(PythonNumber.isTrue(value));
      default -> value;
    };
  }

  private static ObjectNode notConverted(
      InputDeclaration declaration, JsonNode value, PythonError error) {
    ObjectNode fault =
        PromptGraphCheck.fault(
            "invalid_input_type",
            "Failed to convert an input value to a " + declaration.type() + " value");
    fault.put(
        "details",
        "%s, %s, %s".formatted(declaration.name(), PythonText.str(value), error.getMessage()));
    ObjectNode extra = extra(fault, declaration);
    extra.set("received_value", value);
    extra.put("exception_message", error.getMessage());
    return fault;
  }

  private static Optional<ObjectNode> range(InputDeclaration declaration, JsonNode value) {
    JsonNode min = declaration.options().path("min");
    JsonNode max = declaration.options().path("max");
    if (!value.isNumber()) {
      return Optional.empty();
    }
    if (min.isNumber() && PythonNumber.compare(value, min) < 0) {
      return Optional.of(
          outside(declaration, value, "value_smaller_than_min", "smaller than min of", min));
    }
    if (max.isNumber() && PythonNumber.compare(value, max) > 0) {
      return Optional.of(
          outside(declaration, value, "value_bigger_than_max", "bigger than max of", max));
    }
    return Optional.empty();
  }

  private static ObjectNode outside(
      InputDeclaration declaration, JsonNode value, String type, String words, JsonNode limit) {
    ObjectNode fault =
        PromptGraphCheck.fault(
            type, "Value %s %s %s".formatted(PythonText.str(value), words, PythonText.str(limit)));
    fault.put("details", declaration.name());
    extra(fault, declaration).set("received_value", value);
    return fault;
  }

  private static Optional<ObjectNode> list(InputDeclaration declaration, JsonNode value) {
    JsonNode type = declaration.declaration().get(0);
    JsonNode choices = type.isArray() ? type : declaration.options().path("options");
    for (JsonNode choice : choices) {
      if (choice.equals(value)
          || (choice.isNumber() && value.isNumber() && PythonNumber.compare(choice, value) == 0)) {
        return Optional.empty();
      }
    }
    boolean isLong = choices.size() > LONGEST_LIST;
    String listed =
        isLong
            ? "(list of length " + choices.size() + ")"
            : choices.isArray() ? PythonText.str(choices) : "[]";
    ObjectNode fault = PromptGraphCheck.fault("value_not_in_list", "Value not in list");
    fault.put(
        "details",
        "%s: '%s' not in %s".formatted(declaration.name(), PythonText.str(value), listed));
    ObjectNode extra = extra(fault, declaration);
    if (isLong) {
      extra.putNull("input_config");
    }
    extra.set("received_value", value);
    return Optional.of(fault);
  }

  /** Adds the {@code extra_info} that all faults of one declared input have. */
  static ObjectNode extra(ObjectNode fault, InputDeclaration declaration) {
    ObjectNode extra = fault.putObject("extra_info").put("input_name", declaration.name());
    ArrayNode config = extra.putArray("input_config");
    config.add(declaration.declaration().get(0));
    config.add(
        declaration.options().isObject()
            ? declaration.options()
            : JsonNodeFactory.instance.objectNode());
    return extra;
  }
}
