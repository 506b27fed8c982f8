package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.editor.OuterWidget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A value that is one in the editor, and that the API format has in each node that gets it: that of
 * a primitive, or of a subgraph's input.
 *
 * @param node the id of the primitive or subgraph in the editor's file
 * @param title what people call a primitive
 * @param targets the literals that have the value, at least one
 */
record SharedValue(String node, Optional<String> title, List<Address> targets) {

  SharedValue {
    targets = List.copyOf(targets);
  }

  /**
   * The values that a file of the editor has once, as far as its graph confirms them: each target
   * is a literal, and all of them are equal.
   */
  static List<SharedValue> of(JsonNode editor, Graph graph) {
    List<SharedValue> found = new ArrayList<>();
    for (OuterWidget widget : OuterWidget.of(editor)) {
      List<Address> targets =
          widget.targets().stream()
              .map(target -> new Address(target.node(), target.field()))
              .filter(target -> value(graph, target).isPresent())
              .toList();
      if (!targets.isEmpty()
          && targets.stream()
              .allMatch(it -> isSame(value(graph, it), value(graph, targets.get(0))))) {
        found.add(new SharedValue(widget.node(), widget.title(), targets));
      }
    }
    return found;
  }

  /** The literal of an input, unless it is a list or an object, which only its node can read. */
  static Optional<JsonNode> value(Graph graph, Address address) {
    return graph
        .node(address.node())
        .flatMap(node -> node.literal(address.field()))
        .filter(JsonNode::isValueNode);
  }

  private static boolean isSame(Optional<JsonNode> one, Optional<JsonNode> other) {
    JsonNode a = one.orElseThrow();
    JsonNode b = other.orElseThrow();
    return a.equals(b)
        || (a.isNumber() && b.isNumber() && a.decimalValue().compareTo(b.decimalValue()) == 0);
  }
}
