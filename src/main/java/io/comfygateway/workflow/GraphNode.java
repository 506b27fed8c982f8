package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One node of a graph.
 *
 * @param id its id, unique in the graph; a number, or {@code 12:3} inside a subgraph
 * @param classType the node class, such as {@code KSampler}
 * @param title what the editor shows, {@code _meta.title}; not unique
 * @param inputs its inputs by name, in the graph's order: a literal, or a link to another node
 */
public record GraphNode(
    String id, String classType, Optional<String> title, Map<String, JsonNode> inputs) {

  public GraphNode {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  /**
   * A link to what another node puts out.
   *
   * @param node the other node's id
   * @param output the index of its output
   */
  public record Link(String node, int output) {

    /**
     * Reads a link. ComfyUI takes a list of two for one when the first is a string and the second a
     * number; every other value is a literal.
     */
    public static Optional<Link> of(JsonNode value) {
      return value.isArray()
              && value.size() == 2
              && value.get(0).isTextual()
              && value.get(1).isNumber()
          ? Optional.of(new Link(value.get(0).asText(), value.get(1).asInt()))
          : Optional.empty();
    }
  }

  /** The link in an input; empty for a literal and where the node has no such input. */
  public Optional<Link> link(String field) {
    return Optional.ofNullable(inputs.get(field)).flatMap(Link::of);
  }

  /** The literal in an input; empty for a link and where the node has no such input. */
  public Optional<JsonNode> literal(String field) {
    return Optional.ofNullable(inputs.get(field)).filter(value -> Link.of(value).isEmpty());
  }

  /** How a message names the node: its id, and its title or class. */
  public String label() {
    return Excerpt.of(id) + " (" + Excerpt.of(title.orElse(classType)) + ")";
  }
}
