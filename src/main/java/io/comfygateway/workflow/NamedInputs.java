package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.config.Suggestion;
import io.comfygateway.workflow.InputValue.Accepted;
import io.comfygateway.workflow.InputValue.Checked;
import io.comfygateway.workflow.InputValue.Refused;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Inputs by the names that a sidecar gives them; other names are refused. */
final class NamedInputs {
  private final Map<String, InputSpec> specs = new LinkedHashMap<>();
  private final boolean lenient;

  NamedInputs(Collection<InputSpec> specs, boolean lenient) {
    specs.forEach(spec -> this.specs.put(spec.name(), spec));
    this.lenient = lenient;
  }

  AppliedInputs apply(Graph graph, JsonNode inputs) {
    Changes changes = new Changes();
    for (Map.Entry<String, JsonNode> given : inputs.properties()) {
      InputSpec spec = specs.get(given.getKey());
      if (spec == null || spec.hints().isHidden()) {
        changes.fault(given.getKey(), unknown(given.getKey()));
      } else if (!isLeftOut(spec, given.getValue())) {
        set(changes, spec, given.getValue());
      }
    }
    for (InputSpec spec : specs.values()) {
      JsonNode given = spec.hints().isHidden() ? null : inputs.get(spec.name());
      if (given == null || isLeftOut(spec, given)) {
        leaveOut(changes, spec, graph);
      }
    }
    return changes.to(graph);
  }

  private void set(Changes changes, InputSpec spec, JsonNode given) {
    if (spec.type() == InputType.SEED && SeedChoice.asksToDraw(given)) {
      spec.targets().forEach(target -> changes.draw(spec.name(), target));
      return;
    }
    Checked checked = new InputValue(spec, lenient).check(given);
    if (checked instanceof Refused refused) {
      changes.fault(spec.name(), refused.detail());
    } else if (checked instanceof Accepted accepted) {
      for (Address target : spec.targets()) {
        if (spec.type().isMedia()) {
          changes.file(spec.name(), spec, target, accepted.value());
        } else {
          changes.byCaller(spec.name(), target, spec.inTemplate(accepted.value()));
        }
      }
    }
  }

  private static void leaveOut(Changes changes, InputSpec spec, Graph graph) {
    if (spec.required()) {
      changes.fault(spec.name(), spec.name() + " is required; give " + article(spec.type()));
    }
    spec.defaultValue()
        .ifPresentOrElse(
            value ->
                spec.targets().forEach(target -> changes.byDefault(target, spec.inTemplate(value))),
            () -> putGraphsOwnInTemplate(changes, spec, graph));
  }

  private static void putGraphsOwnInTemplate(Changes changes, InputSpec spec, Graph graph) {
    if (spec.template().isPresent() && !spec.required()) {
      spec.targets()
          .forEach(
              target ->
                  graph
                      .node(target.node())
                      .flatMap(node -> node.literal(target.field()))
                      .ifPresent(value -> changes.byDefault(target, spec.inTemplate(value))));
    }
  }

  private boolean isLeftOut(InputSpec spec, JsonNode given) {
    return lenient && InputValue.isLeftOut(spec.type(), given);
  }

  private String unknown(String name) {
    List<String> known =
        specs.values().stream()
            .filter(spec -> !spec.hints().isHidden())
            .map(InputSpec::name)
            .toList();
    return "There is no input \""
        + name
        + "\" in this workflow"
        + Suggestion.didYouMean(name, known)
        + (known.isEmpty() ? "; it takes none" : " (inputs: " + String.join(", ", known) + ")");
  }

  private static String article(InputType type) {
    return switch (type) {
      case INTEGER -> "an integer";
      case IMAGE -> "an image";
      case AUDIO -> "audio";
      default -> "a " + type.word();
    };
  }
}
