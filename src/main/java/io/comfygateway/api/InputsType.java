package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The inputs of a workflow as a schema of OpenAPI 3.0. */
final class InputsType {
  private static final String FILE =
      "A file: the `id` that `POST /uploads` gave, an http(s) URL, a data URI or base64.";
  private static final BigInteger MAX_INT = BigInteger.valueOf(Integer.MAX_VALUE);
  private static final BigInteger MIN_INT = BigInteger.valueOf(Integer.MIN_VALUE);

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
    if ("integer".equals(input.path("type").asText())
        && (beyondInt(input.path("maximum")) || beyondInt(input.path("minimum")))) {
      input.put("format", "int64");
    }
    if (input.has("x-media")) {
      String about = input.path("description").asText("");
      input.put("description", about.isEmpty() ? FILE : about + "\n\n" + FILE);
    }
  }

  private static void addType(ObjectNode input, ArrayNode choices) {
    if (all(choices).allMatch(JsonNode::isTextual)) {
      input.put("type", "string");
    } else if (all(choices).allMatch(JsonNode::isIntegralNumber)) {
      input.put("type", "integer");
    } else if (all(choices).allMatch(JsonNode::isNumber)) {
      input.put("type", "number");
    } else if (all(choices).allMatch(JsonNode::isBoolean)) {
      input.put("type", "boolean");
    }
  }

  private static Stream<JsonNode> all(ArrayNode nodes) {
    return StreamSupport.stream(nodes.spliterator(), false);
  }

  private static boolean beyondInt(JsonNode limit) {
    return limit.isMissingNode()
        || limit.bigIntegerValue().compareTo(MAX_INT) > 0
        || limit.bigIntegerValue().compareTo(MIN_INT) < 0;
  }
}
