package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The node classes that a ComfyUI replaces by others before it looks at a graph: the answer of
 * {@code GET /node_replacements}, which servers have since 0.33. A class is replaced only where the
 * server does not have it, and has the other one.
 */
public final class NodeReplacements {
  /** A server that replaces nothing. */
  public static final NodeReplacements NONE = new NodeReplacements(Map.of());

  private static final int MOST = 10_000;

  private final Map<String, Replacement> byClass;

  /**
   * How a class is replaced.
   *
   * @param newClass the class that takes its place
   * @param inputs the new names of its inputs, by the old ones
   */
  private record Replacement(String newClass, Map<String, String> inputs) {}

  private NodeReplacements(Map<String, Replacement> byClass) {
    this.byClass = Map.copyOf(byClass);
  }

  /**
   * Reads a server's answer; what has not the form of a replacement is passed over. Where several
   * stand for one class ComfyUI takes the first.
   */
  public static NodeReplacements read(JsonNode answer) {
    return new NodeReplacements(
        answer.properties().stream()
            .filter(entry -> !newClass(entry.getValue()).isEmpty())
            .limit(MOST)
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    entry ->
                        new Replacement(
                            newClass(entry.getValue()), renamed(entry.getValue().path(0))))));
  }

  private static String newClass(JsonNode replacements) {
    return replacements.path(0).path("new_node_id").asText("");
  }

  private static Map<String, String> renamed(JsonNode replacement) {
    Map<String, String> names = new LinkedHashMap<>();
    for (JsonNode mapping : replacement.path("input_mapping")) {
      if (mapping.path("old_id").isTextual() && mapping.path("new_id").isTextual()) {
        names.put(mapping.path("old_id").asText(), mapping.path("new_id").asText());
      }
    }
    return names;
  }

  /** Those whose new class may be used; a server would run the others all the same. */
  public NodeReplacements onlyInto(Predicate<String> allowed) {
    return new NodeReplacements(
        byClass.entrySet().stream()
            .filter(entry -> allowed.test(entry.getValue().newClass()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /** These, and those of another server for what these do not replace. */
  public NodeReplacements or(NodeReplacements other) {
    Map<String, Replacement> all = new LinkedHashMap<>(other.byClass);
    all.putAll(byClass);
    return new NodeReplacements(all);
  }

  /** The class that takes the place of another; empty if none does. */
  public Optional<String> of(String classType) {
    return Optional.ofNullable(byClass.get(classType)).map(Replacement::newClass);
  }

  /**
   * The graph with the new classes, and their inputs by the old and by the new names: what a rule
   * about classes and inputs has to see, not what runs.
   */
  public Graph shown(Graph graph, Predicate<String> isKnown) {
    ObjectNode root = graph.toJson();
    Set<String> replaced =
        graph.nodes().stream()
            .filter(
                node -> byClass.containsKey(node.classType()) && !isKnown.test(node.classType()))
            .map(GraphNode::id)
            .collect(Collectors.toSet());
    for (String id : replaced) {
      ObjectNode node = (ObjectNode) root.get(id);
      Replacement replacement =
          Objects.requireNonNull(byClass.get(node.path("class_type").asText()));
      node.put("class_type", replacement.newClass());
      ObjectNode inputs = node.withObjectProperty("inputs");
      replacement
          .inputs()
          .forEach(
              (old, now) ->
                  Optional.ofNullable(inputs.get(old)).ifPresent(value -> inputs.set(now, value)));
    }
    return replaced.isEmpty() ? graph : new Graph(root).sharingAs(graph);
  }

  /**
   * Gives every node that the server will replace a {@code _meta}, where it has none: ComfyUI 0.33
   * answers 500 without.
   *
   * @param prompt a graph in API format; it is changed
   */
  public void addMeta(ObjectNode prompt, Predicate<String> isKnown) {
    for (JsonNode node : prompt) {
      String classType = node.path("class_type").asText();
      if (node instanceof ObjectNode object
          && byClass.containsKey(classType)
          && !isKnown.test(classType)
          && !node.path("_meta").isObject()) {
        object.putObject("_meta").put("title", classType);
      }
    }
  }
}
