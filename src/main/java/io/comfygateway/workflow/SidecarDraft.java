package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.comfygateway.workflow.DerivedInputs.Derived;
import io.comfygateway.workflow.InputValue.Accepted;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A sidecar to start from: what the inputs of a graph are called and may be without one. Beside the
 * graph it changes nothing yet, except that names with a dot are written with {@code _}.
 */
public final class SidecarDraft {
  private static final int LONGEST_NAME = 60;

  private final Graph graph;
  private final Optional<ObjectInfo> objectInfo;
  private final StringBuilder yaml = new StringBuilder();
  private final Set<String> names = new HashSet<>();

  /**
   * @param objectInfo the node classes of the servers, if one has reported them
   */
  public SidecarDraft(Graph graph, Optional<ObjectInfo> objectInfo) {
    this.graph = graph;
    this.objectInfo = objectInfo;
  }

  /** The YAML, with a title of the workflow. */
  public String toYaml(String title) {
    yaml.append("title: ").append(quoted(title)).append("\ninputs:");
    int written = 0;
    StringBuilder unread = new StringBuilder();
    for (Derived input : new DerivedInputs(graph, objectInfo).all()) {
      if (input.spec().isPresent() && written < Sidecar.MOST_INPUTS) {
        write(input, input.spec().get());
        written++;
      } else {
        unread.append("# Not listed: ").append(quoted(input.name())).append('\n');
      }
    }
    yaml.append(written == 0 ? " {}\n" : "\n").append(unread);
    outputs();
    return yaml.toString();
  }

  private void write(Derived input, InputSpec spec) {
    yaml.append("\n  ").append(name(input.name())).append(':');
    field(
        "sets",
        spec.targets().stream()
            .map(target -> quoted(target.toString()))
            .collect(Collectors.joining(", ", "[", "]")));
    field("type", spec.type().word());
    if (!spec.hints().label().isEmpty()
        && spec.hints().label().length() <= HintsReader.LONGEST_TEXT) {
      field("label", quoted(spec.hints().label()));
    }
    if (!spec.description().isEmpty()) {
      field("description", quoted(spec.description()));
    }
    // Nobody could give the graph's own value within them.
    if (spec.type() == InputType.SEED || !isOutside(spec, input.address())) {
      spec.min().ifPresent(min -> field("min", plain(min)));
      spec.max().ifPresent(max -> field("max", plain(max)));
    }
    spec.step().ifPresent(step -> field("step", plain(step)));
    if (spec.choicesFrom().isPresent()) {
      field("enum", "{from: " + quoted(spec.choicesFrom().get().toString()) + "}");
    } else if (!spec.choices().isEmpty()) {
      field(
          "choices",
          spec.choices().stream()
              .map(JsonNode::toString)
              .collect(Collectors.joining(", ", "[", "]")));
    }
    if (spec.hints().isMultiline()) {
      field("multiline", "true");
    }
    if (spec.hints().isAdvanced()) {
      field("advanced", "true");
    }
    defaultOf(spec, input.address()).ifPresent(value -> field("default", value.toString()));
  }

  private void field(String key, String value) {
    yaml.append("\n    ").append(key).append(": ").append(value);
  }

  /** What the graph has, where it keeps to what the class declares. */
  private Optional<JsonNode> defaultOf(InputSpec spec, Address address) {
    return graph
        .node(address.node())
        .flatMap(node -> node.literal(address.field()))
        .filter(value -> spec.type() != InputType.SEED)
        .filter(value -> new InputValue(spec, false).check(value) instanceof Accepted);
  }

  private boolean isOutside(InputSpec spec, Address address) {
    return graph
        .node(address.node())
        .flatMap(node -> node.literal(address.field()))
        .filter(JsonNode::isNumber)
        .filter(value -> spec.excludes(value.decimalValue()))
        .isPresent();
  }

  private void outputs() {
    StringBuilder found = new StringBuilder();
    for (GraphNode node : graph.nodes()) {
      if (objectInfo.filter(info -> info.isOutputNode(node.classType())).isPresent()) {
        found.append("#   ").append(name("output_" + node.id())).append(": ");
        found.append(quoted(node.id())).append("  # ").append(quoted(node.label())).append('\n');
      }
    }
    if (!found.isEmpty()) {
      yaml.append("# outputs:\n").append(found);
    }
  }

  /** A name that a sidecar takes, given once. */
  private String name(String derived) {
    String plain = derived.replaceAll("[^A-Za-z0-9_-]+", "_");
    String begun = plain.matches("[A-Za-z_].*") ? plain : "node_" + plain;
    String cut = begun.substring(0, Math.min(begun.length(), LONGEST_NAME));
    String name = cut;
    for (int i = 2; !names.add(name); i++) {
      name = cut + "_" + i;
    }
    return name;
  }

  private static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }

  // JSON's strings are YAML's, too.
  private static String quoted(String text) {
    return TextNode.valueOf(text).toString();
  }
}
