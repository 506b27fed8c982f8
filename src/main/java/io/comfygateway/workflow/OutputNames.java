package io.comfygateway.workflow;

import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.problem.Problem;
import java.util.HashMap;
import java.util.Map;

/** Reads the names that a sidecar gives to the outputs of nodes: {@code picture: "9"}. */
final class OutputNames {
  private static final int MOST = 100;

  private final Graph graph;
  private final YamlFields fields;

  OutputNames(Graph graph, YamlFields fields) {
    this.graph = graph;
    this.fields = fields;
  }

  /** The names by the id of the node; what is wrong is noted. */
  Map<String, String> read(Yaml top) {
    Map<String, String> names = new HashMap<>();
    if (top.child("outputs").isEmpty()) {
      return names;
    }
    Yaml outputs = top.child("outputs").get();
    if (!fields.mapping(outputs, outputs.children().keySet())) {
      return names;
    }
    if (outputs.children().size() > MOST) {
      fields.fault(outputs, "There are more than " + MOST + " outputs", "remove some");
      return names;
    }
    outputs.children().keySet().forEach(name -> read(outputs, name, names));
    return names;
  }

  private void read(Yaml outputs, String name, Map<String, String> names) {
    Yaml at = outputs.child(name).orElse(outputs);
    if (!InputSpecReader.isName(name)) {
      fields.fault(
          at,
          "\"" + name + "\" is no name for an output",
          "use letters, digits, _ and -, and begin with a letter");
      return;
    }
    fields
        .word(outputs, name)
        .ifPresent(
            node -> {
              try {
                String other = names.putIfAbsent(graph.find(node).id(), name);
                if (other != null) {
                  fields.fault(at, "The node has the name " + other + " already", "keep one");
                }
              } catch (Problem problem) {
                fields.fault(
                    at, problem.getMessage(), "write the id or the title of a node of this graph");
              }
            });
  }
}
