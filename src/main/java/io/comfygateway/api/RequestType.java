package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.Workflow;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The body that runs a workflow as schemas of OpenAPI 3.0. The inputs are at the top level, beside
 * the fields that every request has, so that a client has one type with a field for each. Only an
 * input that is called like a field of every request is in {@code inputs}.
 */
final class RequestType {
  private static final String INPUTS = "inputs";
  private static final String SEED = "seed";

  private final ObjectNode contract;
  private final String name;
  private final ObjectNode fields;
  private final ObjectNode top;
  private final ObjectNode nested;
  private final Set<String> identifiers = new HashSet<>();

  /**
   * Makes the type.
   *
   * @param contract the gateway's own OpenAPI document
   * @param name what it is called
   * @param schema the JSON Schema of the inputs
   */
  RequestType(ObjectNode contract, String name, ObjectNode schema) {
    this.contract = contract;
    this.name = name;
    this.fields = fields();
    this.fields.fieldNames().forEachRemaining(field -> identifiers.add(identifier(field)));
    this.top = object();
    this.nested = object();
    ObjectNode inputs = InputsType.of(schema);
    boolean isOnlySeed = schema.findValues("x-seed").size() == 1;
    for (Map.Entry<String, JsonNode> input : inputs.path("properties").properties()) {
      boolean isField = fields.has(input.getKey()) || INPUTS.equals(input.getKey());
      boolean isSeed = SEED.equals(input.getKey()) && input.getValue().has("x-seed") && isOnlySeed;
      if (!isField) {
        property(top, propertyName(input.getKey(), input.getValue()), input.getValue());
      } else if (!isSeed) {
        property(nested, input.getKey(), input.getValue());
      }
    }
    for (JsonNode required : inputs.path("required")) {
      ObjectNode holder = top.path("properties").has(required.asText()) ? top : nested;
      if (holder.path("properties").has(required.asText())) {
        holder.withArray("/required").add(required);
      }
    }
    if (inputs.has("additionalProperties")) {
      top.set("additionalProperties", inputs.path("additionalProperties"));
      nested.set("additionalProperties", inputs.path("additionalProperties"));
    }
  }

  /**
   * The name itself; or the address, which names a derived input as well, where generators would
   * make the same identifier of two names: they drop what is not ASCII, and all punctuation.
   */
  private String propertyName(String input, JsonNode schema) {
    boolean isPlain = input.chars().allMatch(it -> it < 128);
    boolean isNew = identifiers.add(identifier(input));
    return schema.has("x-address") && !(isPlain && isNew)
        ? schema.path("x-address").asText()
        : input;
  }

  private static String identifier(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
  }

  /** Adds the schema, and that of {@code inputs} where there is one. */
  void addTo(ObjectNode schemas, Workflow workflow) {
    ObjectNode request = top.deepCopy();
    request.put("description", "The inputs of the workflow, and how it runs.");
    if (!nested.path("properties").isEmpty()) {
      String inputs = name.replaceFirst("Request$", "Inputs");
      property(request, INPUTS, reference(inputs));
      if (nested.has("required")) {
        request.withArray("/required").add(INPUTS);
      }
      schemas.set(
          inputs,
          nested
              .deepCopy()
              .put("description", "The inputs that are called like a field of every request."));
    }
    fields.properties().forEach(field -> property(request, field.getKey(), field.getValue()));
    request.set("example", example(workflow));
    schemas.set(name, request);
  }

  /** A request body that runs the workflow. */
  ObjectNode example(Workflow workflow) {
    ObjectNode example = contract.objectNode();
    workflow
        .example()
        .properties()
        .forEach(
            input -> {
              boolean isNested = nested.path("properties").has(input.getKey());
              (isNested ? example.withObject("/" + INPUTS) : example)
                  .set(input.getKey(), input.getValue());
            });
    return example;
  }

  ObjectNode reference() {
    return reference(name);
  }

  private ObjectNode reference(String schema) {
    return contract.objectNode().put("$ref", "#/components/schemas/" + schema);
  }

  private ObjectNode object() {
    ObjectNode object = contract.objectNode().put("type", "object");
    object.putObject("properties");
    return object;
  }

  private static void property(ObjectNode object, String name, JsonNode schema) {
    ((ObjectNode) object.get("properties")).set(name, schema.deepCopy());
  }

  // The contract composes them of two levels of allOf; one model with all fields is easier to use.
  private ObjectNode fields() {
    ObjectNode found = contract.objectNode();
    Deque<JsonNode> left = new ArrayDeque<>(List.of(contract.at("/components/schemas/JobFields")));
    while (!left.isEmpty()) {
      JsonNode next = left.pop();
      if (next.has("$ref")) {
        left.push(contract.at(next.path("$ref").asText().substring(1)));
      }
      next.path("allOf").forEach(left::push);
      next.path("properties").properties().forEach(it -> found.set(it.getKey(), it.getValue()));
    }
    number(found);
    return found;
  }

  // A type for "text or number" would have to be unpacked; "random" is the same as no seed.
  private static void number(ObjectNode fields) {
    for (JsonNode choice : fields.path(SEED).path("oneOf")) {
      if ("integer".equals(choice.path("type").asText())) {
        ObjectNode seed = choice.deepCopy();
        seed.put("description", "Becomes every seed. If omitted, or -1, each seed is drawn.");
        fields.set(SEED, seed);
      }
    }
  }
}
