package io.comfygateway.workflow;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How callers address the inputs of a graph: {@code Title.field}, {@code Class.field} or {@code
 * id.field}.
 */
final class Addresses {
  private static final int MOST_NAMED = 20;

  /** More dots than ids, titles and fields have; each costs a look at the graph's names. */
  private static final int MOST_BORDERS = 50;

  private final Graph graph;
  private final Optional<ObjectInfo> objectInfo;
  private final Map<String, Address> ofLiterals = new LinkedHashMap<>();

  Addresses(Graph graph, Optional<ObjectInfo> objectInfo) {
    this.graph = graph;
    this.objectInfo = objectInfo;
  }

  /** Whether a node has an input, or its class declares it. */
  boolean takes(GraphNode node, String field) {
    return node.inputs().containsKey(field)
        || objectInfo.flatMap(info -> info.input(node, field)).isPresent();
  }

  /**
   * Finds what a caller means. Ids, names and fields may all hold dots, so each dot is tried as the
   * border; an id wins over a name, and a border whose field exists wins over one whose field does
   * not.
   *
   * @throws Problem if it names no node, or several
   */
  Address locate(String name) {
    Optional<Address> onlyNode = Optional.empty();
    for (boolean byId : new boolean[] {true, false}) {
      int tried = 0;
      for (int dot = name.indexOf('.');
          dot > 0 && tried < MOST_BORDERS;
          dot = name.indexOf('.', dot + 1), tried++) {
        String left = name.substring(0, dot);
        if (byId ? graph.node(left).isPresent() : !graph.named(left).isEmpty()) {
          GraphNode node = graph.find(left);
          Address address = new Address(node.id(), name.substring(dot + 1));
          if (takes(node, address.field())) {
            return address;
          }
          onlyNode = onlyNode.or(() -> Optional.of(address));
        }
      }
    }
    return onlyNode.orElseThrow(() -> unknown(name));
  }

  private Problem unknown(String name) {
    String field = name.substring(name.lastIndexOf('.') + 1);
    List<String> all = List.copyOf(ofLiterals().keySet());
    List<String> likely = all.stream().filter(it -> it.endsWith("." + field)).toList();
    List<String> shown = likely.isEmpty() ? all : likely;
    return new Problem(
        ProblemType.INVALID_INPUT,
        "\""
            + Excerpt.of(name)
            + "\" names no input; write it as Title.field, Class.field or id.field. "
            + (likely.isEmpty() ? "Inputs: " : "Inputs of that field: ")
            + String.join(", ", shown.stream().limit(MOST_NAMED).map(Excerpt::of).toList())
            + (shown.size() > MOST_NAMED
                ? " and %d more".formatted(shown.size() - MOST_NAMED)
                : ""));
  }

  /**
   * The inputs whose value stands in the graph, each under the name that people read best: the
   * node's title or class where that means this node alone, otherwise its id.
   */
  Map<String, Address> ofLiterals() {
    if (ofLiterals.isEmpty()) {
      for (GraphNode node : graph.nodes()) {
        for (String field : node.inputs().keySet()) {
          if (node.literal(field).isPresent()) {
            Address address = new Address(node.id(), field);
            ofLiterals.put(shown(node, address), address);
          }
        }
      }
    }
    return Collections.unmodifiableMap(ofLiterals);
  }

  private String shown(GraphNode node, Address address) {
    String label = node.title().orElse(node.classType().strip());
    if (graph.named(label).size() > 1) {
      return address.toString();
    }
    String name = label + "." + address.field();
    try {
      return locate(name).equals(address) ? name : address.toString();
    } catch (Problem severalNodes) {
      return address.toString();
    }
  }
}
