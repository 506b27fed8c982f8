package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.DerivedInputs.Derived;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** Says in JSON Schema 2020-12 what a workflow's inputs may be. */
final class InputSchema {
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
      for (InputSpec spec : InputSpec.resolved(workflow, objectInfo)) {
        if (spec.hints().isHidden()) {
          continue;
        }
        properties.set(spec.name(), named(spec));
        if (spec.required()) {
          required.add(spec.name());
        }
      }
      if (!required.isEmpty()) {
        schema.set("required", required);
      }
    } else {
      new DerivedInputs(workflow.graph(), objectInfo)
          .all()
          .forEach(input -> properties.set(input.name(), derived(input)));
    }
    if (workflow.namesInputs()) {
      schema.put("additionalProperties", false);
    }
    return schema;
  }

  private ObjectNode named(InputSpec spec) {
    ObjectNode property = json.objectNode();
    InputHints hints = spec.hints();
    switch (spec.type()) {
      case STRING -> property.put("type", "string");
      case INTEGER, SEED -> property.put("type", "integer");
      case NUMBER -> property.put("type", "number");
      case BOOLEAN -> property.put("type", "boolean");
      case CHOICE -> {}
      case IMAGE, AUDIO, VIDEO, FILE ->
          property.put("type", "string").put("x-media", spec.type().word());
    }
    if (spec.type() == InputType.SEED) {
      property.put("x-seed", true);
    }
    if (!hints.label().isEmpty()) {
      property.put("title", hints.label());
    }
    if (!hints.group().isEmpty()) {
      property.put("x-group", hints.group());
    }
    if (hints.isMultiline()) {
      property.put("x-multiline", true);
    }
    if (hints.isAdvanced()) {
      property.put("x-advanced", true);
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
    if (!hints.examples().isEmpty()) {
      property.putArray("examples").addAll(hints.examples());
    }
    return property;
  }

  /**
   * The schema counts steps from 0, so a step from an uneven minimum cannot be said in it; and
   * validators that divide floating-point numbers find that 0.3 is no multiple of 0.1.
   */
  private static Optional<BigDecimal> multipleOf(InputSpec spec) {
    return spec.step()
        .filter(step -> new BigDecimal(step.doubleValue()).compareTo(step) == 0)
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

  private ObjectNode derived(Derived input) {
    ObjectNode property = input.spec().map(this::named).orElseGet(() -> unknown(input.address()));
    property.put("x-address", input.address().toString());
    List<Address> targets = workflow.graph().alike(input.address());
    if (targets.size() > 1) {
      ArrayNode sets = property.putArray("x-sets");
      targets.forEach(target -> sets.add(target.toString()));
    }
    return property;
  }

  /** A list or an object, which only its node knows how to read. */
  private ObjectNode unknown(Address address) {
    GraphNode node = workflow.graph().node(address.node()).orElseThrow();
    ObjectNode property = json.objectNode();
    property.put("title", DerivedInputs.title(workflow.graph(), address));
    property.set("default", node.literal(address.field()).orElseThrow());
    return property;
  }

  private JsonNode number(BigDecimal number) {
    return number.stripTrailingZeros().scale() <= 0
        ? json.numberNode(number.toBigInteger())
        : json.numberNode(number.doubleValue());
  }
}
