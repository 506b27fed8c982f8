package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The inputs of a workflow as a schema of OpenAPI 3.0. */
final class InputsType {
  private static final String FILE =
      "A file: the `id` that `POST /uploads` gave, an http(s) URL, a data URI or base64.";
  private static final int INT_BITS = 31;
  private static final int LONG_BITS = 63;

  private InputsType() {}

  /**
   * Writes the type.
   *
   * @param schema the JSON Schema of the inputs
   */
  static ObjectNode of(ObjectNode schema) {
    ObjectNode inputs = schema.deepCopy();
    inputs.remove(List.of("$schema", "title"));
    for (JsonNode property : inputs.path("properties")) {
      if (property instanceof ObjectNode input) {
        adapt(input);
      }
    }
    return inputs;
  }

  /** From JSON Schema 2020-12 to OpenAPI 3.0, which has one example and formats of numbers. */
  private static void adapt(ObjectNode input) {
    if (input.remove("examples") instanceof ArrayNode examples && !examples.isEmpty()) {
      input.set("example", examples.get(0));
    }
    if (input.path("enum") instanceof ArrayNode choices && !input.has("type")) {
      addType(input, choices);
    }
    if ("integer".equals(input.path("type").asText())) {
      addFormat(input);
    }
    // Some clients send each default, also one that the gateway would refuse.
    if (input.has("default") && !isValid(input.path("default"), input)) {
      input.remove("default");
    }
    if (input.has("x-media")) {
      String about = input.path("description").asText("");
      input.put("description", about.isEmpty() ? FILE : about + "\n\n" + FILE);
    }
  }

  private static void addType(ObjectNode input, ArrayNode choices) {
    for (String type : List.of("string", "integer", "number", "boolean")) {
      if (!input.has("type") && all(choices).allMatch(isOf(type))) {
        input.put("type", type);
      }
    }
  }

  // ComfyUI's seeds have 64 bits without a sign, for which there is no format.
  private static void addFormat(ObjectNode input) {
    JsonNode min = input.path("minimum");
    JsonNode max = input.path("maximum");
    if (isBeyond(min, INT_BITS) || isBeyond(max, INT_BITS)) {
      input.put("format", "int64");
    }
    if (min.isNumber() && isBeyond(min, LONG_BITS)) {
      input.put("minimum", Long.MIN_VALUE);
    }
    if (max.isNumber() && isBeyond(max, LONG_BITS)) {
      input.put("maximum", Long.MAX_VALUE);
    }
  }

  /** A limit that is absent is beyond any. */
  private static boolean isBeyond(JsonNode limit, int bits) {
    BigInteger value = limit.bigIntegerValue();
    return limit.isMissingNode() || value.bitLength() > bits;
  }

  private static boolean isValid(JsonNode value, ObjectNode input) {
    JsonNode min = input.path("minimum");
    JsonNode max = input.path("maximum");
    boolean isInside =
        !value.isNumber()
            || (!(min.isNumber() && value.decimalValue().compareTo(min.decimalValue()) < 0)
                && !(max.isNumber() && value.decimalValue().compareTo(max.decimalValue()) > 0));
    boolean isChoice =
        !(input.path("enum") instanceof ArrayNode choices)
            || all(choices).anyMatch(choice -> isSame(choice, value));
    return isInside && isChoice && isOf(input.path("type").asText()).test(value);
  }

  private static boolean isSame(JsonNode one, JsonNode other) {
    return one.isNumber() && other.isNumber()
        ? one.decimalValue().compareTo(other.decimalValue()) == 0
        : one.equals(other);
  }

  /** Whether a value is of a type; any is where none is named. */
  private static Predicate<JsonNode> isOf(String type) {
    return switch (type) {
      case "string" -> JsonNode::isTextual;
      case "integer" -> JsonNode::isIntegralNumber;
      case "number" -> JsonNode::isNumber;
      case "boolean" -> JsonNode::isBoolean;
      default -> value -> true;
    };
  }

  private static Stream<JsonNode> all(ArrayNode nodes) {
    return StreamSupport.stream(nodes.spliterator(), false);
  }
}
