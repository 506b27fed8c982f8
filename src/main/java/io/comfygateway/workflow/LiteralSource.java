package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.GraphNode.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Follows links back to the literals that people would set: a number through reroutes to the node
 * that holds it, a prompt through conditioning to the node that encodes its text.
 */
final class LiteralSource {
  private static final int MOST_STEPS = 200;

  /** What nodes that encode a text call it, the one that says most first. */
  private static final List<String> TEXTS =
      List.of("text", "prompt", "text_g", "t5xxl", "clip_l", "string", "value");

  private static final List<String> ROLES = List.of("positive", "negative");

  private final Graph graph;

  LiteralSource(Graph graph) {
    this.graph = graph;
  }

  /** Where the value of an input is; empty if it is computed. */
  Optional<Address> of(GraphNode start, String startField) {
    GraphNode node = start;
    String field = startField;
    for (int step = 0; step < MOST_STEPS; step++) {
      if (node.literal(field).isPresent()) {
        return node.literal(field).filter(JsonNode::isValueNode).isPresent()
            ? Optional.of(new Address(node.id(), field))
            : Optional.empty();
      }
      Optional<GraphNode> from = node.link(field).flatMap(link -> graph.node(link.node()));
      Optional<String> next = from.flatMap(it -> passedOn(it, startField));
      if (next.isEmpty()) {
        return Optional.empty();
      }
      node = from.orElseThrow();
      field = next.get();
    }
    return Optional.empty();
  }

  /** The input that a node passes on unchanged; empty if that is not certain. */
  private static Optional<String> passedOn(GraphNode node, String wanted) {
    List<String> values = new ArrayList<>();
    List<String> links = new ArrayList<>();
    for (String field : node.inputs().keySet()) {
      (node.link(field).isPresent() ? links : values).add(field);
    }
    if (links.isEmpty()) {
      return values.size() == 1
          ? Optional.of(values.get(0))
          : List.of("value", wanted, "seed").stream().filter(values::contains).findFirst();
    }
    return links.size() == 1 && values.isEmpty() ? Optional.of(links.get(0)) : Optional.empty();
  }

  /**
   * The text that conditioning is made from.
   *
   * @param start the link to the conditioning
   * @param startRole {@code positive} or {@code negative}
   */
  Optional<Address> text(Link start, String startRole) {
    Link link = start;
    String role = startRole;
    for (int step = 0; step < MOST_STEPS; step++) {
      Optional<GraphNode> found = graph.node(link.node());
      if (found.isEmpty() || isWithoutText(found.get(), role)) {
        return Optional.empty();
      }
      GraphNode node = found.get();
      Optional<Address> text = encoded(node, role);
      if (text.isPresent()) {
        return text;
      }
      if (ROLES.stream().anyMatch(it -> node.link(it).isPresent())) {
        // Nodes that change both sides put them out in this order.
        role = link.output() < ROLES.size() ? ROLES.get(link.output()) : role;
      }
      Optional<Link> next = before(node, role);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      link = next.get();
    }
    return Optional.empty();
  }

  private static boolean isWithoutText(GraphNode node, String role) {
    return role.equals("negative") && node.classType().equals("ConditioningZeroOut");
  }

  private Optional<Address> encoded(GraphNode node, String role) {
    List<String> fields = new ArrayList<>(List.of(role));
    fields.addAll(TEXTS);
    for (String field : fields) {
      boolean isText = node.literal(field).filter(JsonNode::isTextual).isPresent();
      if (isText) {
        return Optional.of(new Address(node.id(), field));
      }
      if (!field.equals(role) && node.link(field).isPresent()) {
        return of(node, field).filter(it -> isText(it));
      }
    }
    return Optional.empty();
  }

  private boolean isText(Address address) {
    return graph
        .node(address.node())
        .flatMap(node -> node.literal(address.field()))
        .filter(JsonNode::isTextual)
        .isPresent();
  }

  private static Optional<Link> before(GraphNode node, String role) {
    Optional<Link> named = node.link(role);
    if (named.isPresent()) {
      return named;
    }
    List<Link> links = new ArrayList<>();
    for (String field : node.inputs().keySet()) {
      if (field.startsWith("cond") && node.link(field).isPresent()) {
        return node.link(field);
      }
      node.link(field).ifPresent(links::add);
    }
    return links.size() == 1 ? Optional.of(links.get(0)) : Optional.empty();
  }
}
