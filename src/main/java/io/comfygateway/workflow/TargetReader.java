package io.comfygateway.workflow;

import io.comfygateway.problem.Problem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads which inputs of which nodes an input of a sidecar sets. */
final class TargetReader {
  private static final List<String> KNOWN = List.of("node", "field");

  private final Graph graph;
  private final YamlFields fields;

  TargetReader(Graph graph, YamlFields fields) {
    this.graph = graph;
    this.fields = fields;
  }

  /** The targets; empty if a fault was noted that leaves none. */
  List<Address> read(String name, Yaml yaml) {
    Optional<Yaml> several = yaml.child("nodes");
    if (several.isEmpty()) {
      return target(name, yaml).map(List::of).orElse(List.of());
    }
    if (yaml.child("node").isPresent() || yaml.child("field").isPresent()) {
      fields.fault(several.get(), "nodes stands beside node or field", "keep only one of them");
    }
    if (several.get().items().isEmpty()) {
      fields.fault(
          several.get(), "nodes must be a list", "write - {node: \"3\", field: steps} lines");
    }
    Set<Address> targets = new LinkedHashSet<>();
    for (Yaml item : several.get().items()) {
      if (fields.mapping(item, KNOWN)) {
        target(name, item)
            .filter(address -> !targets.add(address))
            .ifPresent(address -> fields.fault(item, address + " stands twice", "keep one"));
      }
    }
    return List.copyOf(targets);
  }

  private Optional<Address> target(String name, Yaml yaml) {
    Optional<String> wanted = fields.word(yaml, "node");
    if (wanted.isEmpty()) {
      if (yaml.child("node").isEmpty()) {
        fields.fault(yaml, "This input names no node", "add node: with a node's id or title");
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
}
