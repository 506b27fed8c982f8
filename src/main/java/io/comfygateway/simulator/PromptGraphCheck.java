package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One validation of one graph: follows the links from the output nodes upwards and records what it
 * found about every node on the way.
 */
final class PromptGraphCheck {

  /**
   * What was found about a node.
   *
   * @param valid whether the node and everything it depends on is good
   * @param faults the node's own faults; a node that is only downstream of a fault has none
   */
  record Finding(boolean valid, List<ObjectNode> faults) {}

  // ComfyUI recurses, and Python ends that at 1,000 frames.
  private static final int DEEPEST = 900;

  private final ObjectNode graph;
  private final ObjectInfo info;
  private final InputValueCheck values;
  private final boolean namesCycles;
  private final LinkedHashMap<String, Finding> findings = new LinkedHashMap<>();
  private final Set<String> open = new LinkedHashSet<>();

  /**
   * @param namesCycles whether a cycle is an error of its own, else one of Python's recursion
   */
  PromptGraphCheck(
      ObjectNode graph,
      ObjectInfo info,
      PromptValidation.InputCheck inputCheck,
      boolean namesCycles) {
    this.namesCycles = namesCycles;
    this.graph = graph;
    this.info = info;
    this.values = new InputValueCheck(inputCheck);
  }

  /** What is known so far, in the order in which it was found. */
  LinkedHashMap<String, Finding> findings() {
    return findings;
  }

  /** Looks at an output node and at everything that it depends on. */
  Finding output(String id) {
    try {
      return node(id);
    } catch (PythonError error) {
      ObjectNode fault = fault("exception_during_validation", "Exception when validating node");
      fault.put("details", error.getMessage());
      fault.putObject("extra_info").put("exception_type", error.type()).putArray("traceback");
      return remember(id, new Finding(false, List.of(fault)));
    } finally {
      open.clear();
    }
  }

  private Finding node(String id) throws PythonError {
    Finding known = findings.get(id);
    if (known != null) {
      return known;
    }
    if (namesCycles && open.contains(id)) {
      return cycle(id);
    }
    if (open.size() >= DEEPEST || !open.add(id)) {
      throw new PythonError("RecursionError", "maximum recursion depth exceeded");
    }
    JsonNode node = graph.path(id);
    JsonNode inputs = node.path("inputs");
    if (!inputs.isObject()) {
      throw PythonError.missingKey("inputs");
    }
    String classType = PythonText.str(node.path("class_type"));
    List<ObjectNode> faults = new ArrayList<>();
    boolean valid = true;
    for (InputDeclaration declaration : info.inputs(classType)) {
      JsonNode value = inputs.get(declaration.name());
      if (value == null) {
        if (declaration.required() && !isResolvedByServer(declaration.type())) {
          ObjectNode fault = fault("required_input_missing", "Required input is missing");
          fault.put("details", declaration.name());
          fault.putObject("extra_info").put("input_name", declaration.name());
          faults.add(fault);
        }
      } else if (value.isArray()) {
        valid &= link(declaration, value, faults);
      } else {
        values.check(classType, declaration, value).ifPresent(faults::add);
      }
    }
    open.remove(id);
    Finding inCircle = findings.get(id);
    if (inCircle != null) {
      // It was found to be part of a cycle meanwhile.
      faults.addAll(0, inCircle.faults());
    }
    return remember(id, new Finding(valid && faults.isEmpty(), faults));
  }

  private Finding cycle(String id) {
    List<String> nodes = new ArrayList<>(open);
    nodes = nodes.subList(nodes.indexOf(id), nodes.size());
    List<String> path = new ArrayList<>(nodes);
    path.add(id);
    String details =
        path.stream()
            .map(node -> node + " (" + PythonText.str(graph.path(node).path("class_type")) + ")")
            .collect(Collectors.joining(" -> "));
    for (String node : nodes) {
      ObjectNode fault = fault("dependency_cycle", "Dependency cycle detected");
      fault.put("details", details);
      ArrayNode inCycle =
          fault.putObject("extra_info").put("node_id", node).putArray("cycle_nodes");
      nodes.forEach(inCycle::add);
      remember(node, new Finding(false, List.of(fault)));
    }
    return Objects.requireNonNull(findings.get(id));
  }

  private boolean link(InputDeclaration declaration, JsonNode link, List<ObjectNode> faults)
      throws PythonError {
    String name = declaration.name();
    if (link.size() != 2) {
      ObjectNode fault =
          fault(
              "bad_linked_input",
              "Bad linked input, must be a length-2 list of [node_id, slot_index]");
      fault.put("details", name);
      InputValueCheck.extra(fault, declaration).set("received_value", link);
      faults.add(fault);
      return true;
    }
    String source = PythonText.str(link.get(0));
    if (!link.get(0).isTextual() || !graph.has(source)) {
      throw PythonError.missingKey(link.get(0));
    }
    JsonNode received = received(PythonText.str(graph.get(source).path("class_type")), link.get(1));
    if (!fits(received, declaration.declaration().get(0))) {
      ObjectNode fault = fault("return_type_mismatch", "Return type mismatch between linked nodes");
      fault.put(
          "details",
          "%s, received_type(%s) mismatch input_type(%s)"
              .formatted(
                  name,
                  PythonText.str(received),
                  PythonText.str(declaration.declaration().get(0))));
      ObjectNode extra = InputValueCheck.extra(fault, declaration);
      extra.set("received_type", received);
      extra.set("linked_node", link);
      faults.add(fault);
      return true;
    }
    try {
      return node(source).valid();
    } catch (PythonError error) {
      ObjectNode fault =
          fault("exception_during_inner_validation", "Exception when validating inner node");
      fault.put("details", error.getMessage());
      ObjectNode extra = InputValueCheck.extra(fault, declaration);
      extra.put("exception_message", error.getMessage()).put("exception_type", error.type());
      extra.putArray("traceback");
      extra.set("linked_node", link);
      remember(source, new Finding(false, List.of(fault)));
      return false;
    }
  }

  private JsonNode received(String sourceClass, JsonNode slot) throws PythonError {
    JsonNode outputs = info.describe(sourceClass).map(d -> d.path("output")).orElseThrow();
    if (!slot.isIntegralNumber()) {
      throw new PythonError(
          "TypeError",
          "tuple indices must be integers or slices, not " + PythonText.typeName(slot));
    }
    // Python counts a negative index from the end.
    int index = slot.asInt() < 0 ? slot.asInt() + outputs.size() : slot.asInt();
    if (!slot.canConvertToInt() || index < 0 || index >= outputs.size()) {
      throw new PythonError("IndexError", "tuple index out of range");
    }
    return outputs.get(index);
  }

  private boolean fits(JsonNode received, JsonNode wanted) {
    if (received.equals(wanted)) {
      return true;
    }
    if (!received.isTextual() || !wanted.isTextual()) {
      return false;
    }
    if (isResolvedByServer(received.asText()) || isResolvedByServer(wanted.asText())) {
      return true;
    }
    Set<String> receivedTypes = types(received.asText());
    Set<String> wantedTypes = types(wanted.asText());
    return receivedTypes.contains("*")
        || wantedTypes.contains("*")
        || receivedTypes.stream().anyMatch(wantedTypes::contains);
  }

  private static Set<String> types(String union) {
    Set<String> types = new HashSet<>();
    for (String type : union.split(",")) {
      types.add(type.strip());
    }
    return types;
  }

  // Servers newer than the recordings have types that only their own code can expand.
  private static boolean isResolvedByServer(String type) {
    return type.startsWith("COMFY_");
  }

  private Finding remember(String id, Finding finding) {
    findings.put(id, finding);
    return finding;
  }

  static ObjectNode fault(String type, String message) {
    return JsonNodeFactory.instance.objectNode().put("type", type).put("message", message);
  }
}
