package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.math.BigDecimal;
import java.util.Optional;

/** Says in JSON Schema 2020-12 what a workflow's inputs may be. */
final class InputSchema {
  /** More choices, such as all LoRAs of a large server, are left out. */
  private static final int MOST_CHOICES = 1_000;

  private final Workflow workflow;
  private final Optional<ObjectInfo> objectInfo;
  private final JsonNodeFactory json = JsonNodeFactory.instance;

  InputSchema(Workflow workflow, Optional<ObjectInfo> objectInfo) {
    this.workflow = workflow;
    this.objectInfo = objectInfo;
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
      new Addresses(workflow.graph(), objectInfo)
          .ofLiterals()
          .forEach((name, address) -> properties.set(name, addressed(address)));
    }
    if (workflow.namesInputs()) {
      schema.put("additionalProperties", false);
    }
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

  /** What a server declares of an input; what it is in the graph says little of its type. */
  private ObjectNode addressed(Address address) {
    GraphNode node = workflow.graph().node(address.node()).orElseThrow();
    JsonNode literal = node.literal(address.field()).orElseThrow();
    Optional<InputDeclaration> declared =
        objectInfo.flatMap(info -> info.input(node, address.field()));
    ObjectNode property = json.objectNode();
    declared
        .flatMap(it -> InputType.declared(it.type()))
        .or(() -> InputType.of(literal))
        .ifPresent(type -> property.put("type", type.word()));
    property.put("title", node.label() + ": " + address.field());
    property.put("x-address", address.toString());
    new UploadInputs(objectInfo)
        .kind(node, address.field())
        .ifPresent(media -> property.put("type", "string").put("x-media", media.word()));
    declared.filter(it -> !property.has("x-media")).ifPresent(it -> addLimits(property, it));
    if (!new SeedFinder(workflow.graph(), objectInfo).isSeed(node, address.field())) {
      property.set("default", literal);
    }
    return property;
  }

  private void addLimits(ObjectNode property, InputDeclaration declared) {
    JsonNode options = declared.options();
    if (InputType.declared(declared.type()).filter(InputType::isNumeric).isPresent()) {
      bound(options.path("min")).ifPresent(min -> property.set("minimum", number(min)));
      bound(options.path("max")).ifPresent(max -> property.set("maximum", number(max)));
    }
    JsonNode choices = declared.choices();
    if (choices.isArray() && !choices.isEmpty() && choices.size() <= MOST_CHOICES) {
      property.putArray("enum").addAll((ArrayNode) choices);
    }
    if (options.path("tooltip").isTextual()) {
      property.put("description", options.path("tooltip").asText());
    }
  }

  private static Optional<BigDecimal> bound(JsonNode bound) {
    return Optional.of(bound)
        .filter(it -> it.isNumber() && Double.isFinite(it.doubleValue()))
        .map(JsonNode::decimalValue);
  }

  private JsonNode number(BigDecimal number) {
    return number.stripTrailingZeros().scale() <= 0
        ? json.numberNode(number.toBigInteger())
        : json.numberNode(number.doubleValue());
  }
}
