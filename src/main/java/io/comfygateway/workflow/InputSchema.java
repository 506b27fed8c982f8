package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/** Says in JSON Schema 2020-12 what a workflow's inputs may be. */
final class InputSchema {
  private final Workflow workflow;
  private final JsonNodeFactory json = JsonNodeFactory.instance;

  InputSchema(Workflow workflow) {
    this.workflow = workflow;
  }

  ObjectNode toJson() {
    ObjectNode schema = json.objectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", workflow.title());
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    if (workflow.namesInputs()) {
      ArrayNode required = json.arrayNode();
      for (InputSpec spec : workflow.inputs()) {
        properties.set(spec.name(), named(spec));
        if (spec.required()) {
          required.add(spec.name());
        }
      }
      if (!required.isEmpty()) {
        schema.set("required", required);
      }
    } else {
      workflow.graph().nodes().forEach(node -> addLiterals(properties, node));
    }
    schema.put("additionalProperties", false);
    return schema;
  }

  private ObjectNode named(InputSpec spec) {
    ObjectNode property = json.objectNode();
    switch (spec.type()) {
      case STRING -> property.put("type", "string");
      case INTEGER, SEED -> property.put("type", "integer");
      case NUMBER -> property.put("type", "number");
      case BOOLEAN -> property.put("type", "boolean");
      case CHOICE -> {}
      case IMAGE, AUDIO, VIDEO, FILE ->
          property.put("type", "string").put("x-media", spec.type().word());
    }
    if (!spec.accepts().isEmpty()) {
      ArrayNode accepts = property.putArray("x-accepts");
      spec.accepts().stream().sorted().map(FileKind::word).forEach(accepts::add);
    }
    if (!spec.choices().isEmpty()) {
      property.putArray("enum").addAll(spec.choices());
    }
    spec.min().ifPresent(min -> property.set("minimum", number(min)));
    spec.max().ifPresent(max -> property.set("maximum", number(max)));
    multipleOf(spec).ifPresent(step -> property.set("multipleOf", number(step)));
    spec.maxLength().ifPresent(length -> property.put("maxLength", length));
    if (!spec.description().isEmpty()) {
      property.put("description", spec.description());
    }
    defaultOf(spec).ifPresent(value -> property.set("default", value));
    return property;
  }

  /** The schema counts steps from 0, so a step from an uneven minimum cannot be said in it. */
  private static Optional<BigDecimal> multipleOf(InputSpec spec) {
    return spec.step()
        .filter(step -> spec.min().map(min -> min.remainder(step).signum() == 0).orElse(true));
  }

  /** A required input has no default, and a seed is drawn. */
  private Optional<JsonNode> defaultOf(InputSpec spec) {
    if (spec.required() || spec.type() == InputType.SEED || spec.type().isMedia()) {
      return Optional.empty();
    }
    Address first = spec.targets().get(0);
    return spec.defaultValue()
        .or(() -> workflow.graph().node(first.node()).flatMap(node -> node.literal(first.field())));
  }

  private void addLiterals(ObjectNode properties, GraphNode node) {
    for (Map.Entry<String, JsonNode> input : node.inputs().entrySet()) {
      node.literal(input.getKey())
          .ifPresent(
              literal -> {
                ObjectNode property =
                    properties.putObject(new Address(node.id(), input.getKey()).toString());
                switch (literal.getNodeType()) {
                  case STRING -> property.put("type", "string");
                  case NUMBER -> property.put("type", "number");
                  case BOOLEAN -> property.put("type", "boolean");
                  default -> {}
                }
                property.put("title", node.label() + ": " + input.getKey());
                property.set("default", literal);
              });
    }
  }

  private JsonNode number(BigDecimal number) {
    return number.stripTrailingZeros().scale() <= 0
        ? json.numberNode(number.toBigInteger())
        : json.numberNode(number.doubleValue());
  }
}
