package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.pool.Backends;
import io.comfygateway.problem.Warning;
import io.comfygateway.workflow.ObjectInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which output nodes of a graph run, as a server says when it accepts a prompt. */
final class OutputNodes {
  /** Errors that exclude an output node, and not the whole prompt. */
  private static final Set<String> NODE_ERRORS =
      Set.of(
          "required_input_missing",
          "dangling_link",
          "dependency_cycle",
          "missing_node_type",
          "bad_linked_input");

  private final Backends backends;

  OutputNodes(Backends backends) {
    this.backends = backends;
  }

  /** Whether every class of a graph is known, and none is an output node. */
  boolean isWithoutOutputs(ObjectNode graph) {
    Optional<ObjectInfo> known = backends.nodeClasses().all();
    return known.isPresent()
        && graph.properties().stream()
            .map(node -> known.get().runAs(node.getValue().path("class_type").asText()))
            .allMatch(type -> known.get().knows(type) && !known.get().isOutputNode(type));
  }

  /**
   * What a server will answer to a prompt.
   *
   * @param targets the nodes that are to run; empty for all
   * @param warnings those of the job
   */
  PromptDetail of(ObjectNode graph, Collection<String> targets, List<Warning> warnings) {
    ObjectNode errors = errors(graph, warnings);
    Optional<ObjectInfo> known = backends.nodeClasses().all();
    List<String> outputs = new ArrayList<>();
    for (var node : graph.properties()) {
      String type = node.getValue().path("class_type").asText();
      boolean isOutput = known.filter(info -> info.isOutputNode(info.runAs(type))).isPresent();
      boolean isWanted = targets.isEmpty() || targets.contains(node.getKey());
      if (isOutput && isWanted && !errors.has(node.getKey())) {
        outputs.add(node.getKey());
      }
    }
    return new PromptDetail(outputs, errors);
  }

  private static ObjectNode errors(ObjectNode graph, List<Warning> warnings) {
    ObjectNode errors = JsonNodeFactory.instance.objectNode();
    for (Warning warning : warnings) {
      JsonNode node = graph.path(warning.node().orElse(""));
      if (NODE_ERRORS.contains(warning.code()) && node.isObject()) {
        ObjectNode entry = errors.withObjectProperty(warning.node().orElseThrow());
        ObjectNode error = entry.withArrayProperty("errors").addObject();
        error.put("type", warning.code()).put("message", warning.detail()).put("details", "");
        error.putObject("extra_info");
        entry.withArrayProperty("dependent_outputs");
        entry.put("class_type", node.path("class_type").asText());
      }
    }
    return errors;
  }
}
