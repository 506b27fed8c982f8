package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.ObjectInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Answers what ComfyUI's {@code POST /prompt} would answer to a graph, in the words and shapes
 * recorded from its version of ComfyUI. As there, the class of every node must exist, then only
 * what the output nodes depend on is looked at, and one good output node is enough.
 *
 * <p>The graph is never changed. Instances hold no state of a call and are safe for use by many
 * threads.
 */
final class PromptValidation {

  /** The check that a node class makes itself of one of its inputs, in ComfyUI's stead. */
  @FunctionalInterface
  interface InputCheck {
    /**
     * @return what is wrong with the value; empty where it is good or the class does not check it
     */
    Optional<String> fault(String classType, String input, JsonNode value);
  }

  private final ObjectInfo info;
  private final SimulatedVersion version;
  private final InputCheck inputCheck;

  /** Validates as the server that answered {@code info} does, as far as {@code info} shows. */
  PromptValidation(ObjectInfo info, SimulatedVersion version) {
    this(info, version, (classType, input, value) -> Optional.empty());
  }

  private PromptValidation(ObjectInfo info, SimulatedVersion version, InputCheck inputCheck) {
    this.info = info;
    this.version = version;
    this.inputCheck = inputCheck;
  }

  /** The same with a check that a server's node classes make themselves. */
  PromptValidation withInputCheck(InputCheck check) {
    return new PromptValidation(info, version, check);
  }

  /** Validates a graph, a map from node id to {@code {"class_type", "inputs"}}. */
  PromptVerdict validate(ObjectNode graph) {
    return validate(graph, Optional.empty());
  }

  /**
   * Validates a graph of which only some output nodes are to run.
   *
   * @param targets the ids of those output nodes ({@code partial_execution_targets}); empty for all
   */
  PromptVerdict validate(ObjectNode graph, Optional<Set<String>> targets) {
    List<String> outputs = new ArrayList<>();
    for (Map.Entry<String, JsonNode> node : graph.properties()) {
      String id = node.getKey();
      JsonNode classType = node.getValue().path("class_type");
      JsonNode title = node.getValue().path("_meta").path("title");
      if (classType.isMissingNode() && !version.is033()) {
        return refused(
            "invalid_prompt",
            "Cannot execute because a node is missing the class_type property.",
            "Node ID '#" + id + "'");
      }
      if (classType.isMissingNode()) {
        String named = title.asText("").isEmpty() ? "ID #" + id : title.asText();
        return missing(
            id,
            "Node '%s' has no class_type. The workflow may be corrupted or a custom node is missing."
                .formatted(named),
            NullNode.getInstance(),
            title);
      }
      String name = PythonText.str(classType);
      if (!info.knows(name) && !version.is033()) {
        return refused(
            "invalid_prompt",
            "Cannot execute because node " + name + " does not exist.",
            "Node ID '#" + id + "'");
      }
      if (!info.knows(name)) {
        JsonNode named = title.isMissingNode() ? classType : title;
        return missing(
            id,
            "Node '%s' not found. The custom node may not be installed."
                .formatted(PythonText.str(named)),
            classType,
            named);
      }
      if (info.isOutputNode(name) && targets.map(wanted -> wanted.contains(id)).orElse(true)) {
        outputs.add(id);
      }
    }
    if (outputs.isEmpty()) {
      return refused("prompt_no_outputs", "Prompt has no outputs", "");
    }
    return validateOutputs(graph, outputs);
  }

  /** ComfyUI's answer to a request without a prompt. */
  static PromptVerdict.Refused noPrompt() {
    return refused("no_prompt", "No prompt provided", "No prompt provided");
  }

  /** ComfyUI's answer to a prompt without an output node. */
  static PromptVerdict.Refused noOutputs() {
    return refused("prompt_no_outputs", "Prompt has no outputs", "");
  }

  private PromptVerdict validateOutputs(ObjectNode graph, List<String> outputs) {
    PromptGraphCheck check = new PromptGraphCheck(graph, info, inputCheck, version.is033());
    List<String> good = new ArrayList<>();
    List<String> details = new ArrayList<>();
    ObjectNode nodeErrors = JsonNodeFactory.instance.objectNode();
    for (String output : outputs) {
      PromptGraphCheck.Finding finding = check.output(output);
      if (finding.valid()) {
        good.add(output);
        continue;
      }
      for (ObjectNode fault : finding.faults()) {
        details.add(fault.get("message").asText() + ": " + fault.get("details").asText());
      }
      addFaults(graph, check.findings(), output, nodeErrors);
    }
    if (good.isEmpty()) {
      return new PromptVerdict.Refused(
          error(
              "prompt_outputs_failed_validation",
              "Prompt outputs failed validation",
              String.join("\n", details)),
          nodeErrors);
    }
    return new PromptVerdict.Accepted(List.copyOf(good), nodeErrors);
  }

  // ComfyUI names under each failed output every fault found so far, whoever depends on it.
  private static void addFaults(
      ObjectNode graph,
      LinkedHashMap<String, PromptGraphCheck.Finding> findings,
      String output,
      ObjectNode nodeErrors) {
    findings.forEach(
        (id, finding) -> {
          if (finding.valid() || finding.faults().isEmpty()) {
            return;
          }
          ObjectNode entry = (ObjectNode) nodeErrors.get(id);
          if (entry == null) {
            entry = nodeErrors.putObject(id);
            ArrayNode errors = entry.putArray("errors");
            finding.faults().forEach(errors::add);
            entry.putArray("dependent_outputs");
            entry.set("class_type", graph.path(id).path("class_type"));
          }
          ((ArrayNode) entry.get("dependent_outputs")).add(output);
        });
  }

  private static PromptVerdict.Refused missing(
      String id, String message, JsonNode classType, JsonNode title) {
    ObjectNode error = error("missing_node_type", message, "Node ID '#" + id + "'");
    ObjectNode extra = (ObjectNode) error.get("extra_info");
    extra.put("node_id", id).set("class_type", classType);
    extra.set("node_title", title.isMissingNode() ? NullNode.getInstance() : title);
    return new PromptVerdict.Refused(error, JsonNodeFactory.instance.objectNode());
  }

  static PromptVerdict.Refused refused(String type, String message, String details) {
    return new PromptVerdict.Refused(
        error(type, message, details), JsonNodeFactory.instance.objectNode());
  }

  private static ObjectNode error(String type, String message, String details) {
    ObjectNode error = JsonNodeFactory.instance.objectNode();
    error.put("type", type).put("message", message).put("details", details);
    error.putObject("extra_info");
    return error;
  }
}
