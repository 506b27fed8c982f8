package io.comfygateway.workflow;

import io.comfygateway.config.Suggestion;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.List;
import java.util.Optional;

/**
 * How callers address the inputs of a graph: by their {@link DerivedNames}, or as {@code
 * Title.field}, {@code Class.field} or {@code id.field}.
 */
final class Addresses {
  private static final int MOST_NAMED = 20;

  /** How many names a wrong one is compared with; those that people write come first. */
  private static final int MOST_COMPARED = 200;

  /** More dots than any address has; each costs a search through the graph's names. */
  static final int MOST_BORDERS = 50;

  private final Graph graph;
  private final Optional<ObjectInfo> objectInfo;

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
   * The literals that a name or an address sets. A derived name sets all that have one value in the
   * editor, an address only the one that it says.
   *
   * @throws Problem if it names no node, or several
   */
  List<Address> all(String name) {
    Address derived = graph.inputNames().get(name);
    return derived == null ? List.of(locate(name)) : graph.alike(derived);
  }

  /**
   * Resolves an address. Ids, names and fields may all hold dots, so each dot is tried as the
   * separator; an id wins over a name, and a separator whose field exists wins over one whose field
   * does not.
   *
   * @throws Problem if it names no node, or several
   */
  Address locate(String name) {
    Address derived = graph.inputNames().get(name);
    if (derived != null) {
      return derived;
    }
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
    List<String> all = List.copyOf(graph.inputNames().keySet());
    List<String> likely =
        all.stream().filter(it -> it.equals(field) || it.endsWith("." + field)).toList();
    List<String> shown = likely.isEmpty() ? all : likely;
    String meant =
        Suggestion.didYouMean(
            name,
            all.stream()
                .limit(MOST_COMPARED)
                // An id that is near is another node's.
                .filter(it -> !Character.isDigit(it.charAt(0)))
                .toList());
    return new Problem(
        ProblemType.INVALID_INPUT,
        "\""
            + Excerpt.of(name)
            + "\" names no input"
            + (meant.isEmpty() ? "; write" : meant + " Write")
            + " its name, or Title.field, Class.field or id.field. "
            + (likely.isEmpty() ? "Inputs: " : "Inputs of that field: ")
            + String.join(", ", shown.stream().limit(MOST_NAMED).map(Excerpt::of).toList())
            + (shown.size() > MOST_NAMED
                ? " and %d more".formatted(shown.size() - MOST_NAMED)
                : ""));
  }
}
