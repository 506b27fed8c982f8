package io.comfygateway.workflow;

import io.comfygateway.config.Suggestion;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.problem.Problem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads which inputs of which nodes an input of a sidecar sets. */
final class TargetReader {
  private static final int MOST_TARGETS = 100;
  private static final int MOST_NAMED = 20;
  private static final List<String> KNOWN = List.of("node", "field");

  private final Graph graph;
  private final YamlFields fields;

  TargetReader(Graph graph, YamlFields fields) {
    this.graph = graph;
    this.fields = fields;
  }

  /** The targets; empty if a fault was noted that leaves none. */
  List<Address> read(String name, Yaml yaml) {
    String key = yaml.child("sets").isPresent() ? "sets" : "nodes";
    Optional<Yaml> several = yaml.child(key);
    if (several.isEmpty()) {
      Address derived = graph.inputNames().get(name);
      return derived != null && yaml.child("node").isEmpty() && yaml.child("field").isEmpty()
          ? graph.alike(derived)
          : target(name, yaml).map(List::of).orElse(List.of());
    }
    List<String> others = List.of("node", "field", "nodes");
    if (others.stream().anyMatch(it -> !it.equals(key) && yaml.child(it).isPresent())) {
      fields.fault(several.get(), key + " stands beside node or field", "keep only one of them");
    }
    if (key.equals("sets") && several.get().json().isTextual()) {
      return addressed(several.get());
    }
    if (several.get().items().isEmpty() || several.get().items().size() > MOST_TARGETS) {
      fields.fault(
          several.get(),
          key + " must be a list",
          key.equals("sets")
              ? "write [\"3.seed\", \"12.seed\"], with " + MOST_TARGETS + " at most"
              : "write - {node: \"3\", field: steps} lines");
      return List.of();
    }
    Set<Address> targets = new LinkedHashSet<>();
    for (Yaml item : several.get().items()) {
      if (key.equals("sets") && item.json().isTextual()) {
        addressed(item).forEach(address -> add(targets, address, item));
      } else if (fields.mapping(item, KNOWN)) {
        target(name, item).ifPresent(address -> add(targets, address, item));
      }
    }
    return List.copyOf(targets);
  }

  private void add(Set<Address> targets, Address address, Yaml item) {
    if (!targets.add(address)) {
      fields.fault(item, address + " stands twice", "keep one");
    }
  }

  private List<Address> addressed(Yaml item) {
    try {
      List<Address> all = new Addresses(graph, Optional.empty()).all(item.json().asText());
      Address address = all.get(0);
      if (graph.node(address.node()).orElseThrow().inputs().containsKey(address.field())) {
        return all;
      }
      fields.fault(
          item,
          "The graph has no input " + address,
          "set an input of a node of this graph, as \"3.steps\"");
    } catch (Problem problem) {
      fields.fault(item, problem.getMessage(), "write the node's id, a dot and the field");
    }
    return List.of();
  }

  private Optional<Address> target(String name, Yaml yaml) {
    Optional<String> wanted = fields.word(yaml, "node");
    if (wanted.isEmpty()) {
      if (yaml.child("node").isEmpty()) {
        untold(name, yaml);
      }
      return Optional.empty();
    }
    String field = fields.word(yaml, "field").orElse(name);
    try {
      GraphNode node = graph.find(wanted.get());
      if (node.inputs().containsKey(field)) {
        return Optional.of(new Address(node.id(), field));
      }
      fields.fault(
          yaml.child("field").orElse(yaml),
          "Node "
              + node.label()
              + " has no input \""
              + field
              + "\""
              + Suggestion.didYouMean(field, node.inputs().keySet()),
          "set field: to one of " + String.join(", ", node.inputs().keySet()));
    } catch (Problem problem) {
      fields.fault(
          yaml.child("node").orElse(yaml),
          problem.getMessage(),
          "set node: to the id of a node of this graph");
    }
    return Optional.empty();
  }

  private void untold(String name, Yaml yaml) {
    if (yaml.child("field").isPresent()) {
      fields.fault(yaml, "This input names no node", "add node: with a node's id or title");
      return;
    }
    List<String> known = List.copyOf(graph.inputNames().keySet());
    List<String> shown = known.subList(0, Math.min(known.size(), MOST_NAMED));
    fields.fault(
        yaml,
        "\"%s\" is not one of the names that the graph gives its values: %s%s"
            .formatted(
                name, String.join(", ", shown), known.size() > shown.size() ? " and more" : ""),
        "say what it sets, such as sets: [\"" + example(name) + "\"]");
  }

  private String example(String field) {
    return graph.nodes().stream()
        .filter(node -> node.literal(field).isPresent())
        .map(node -> new Address(node.id(), field))
        .findFirst()
        .or(() -> graph.inputNames().values().stream().findFirst())
        .map(Address::toString)
        .orElse("3.steps");
  }
}
