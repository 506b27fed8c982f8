package io.comfygateway.workflow;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a graph and says everything that is wrong with its form. */
final class GraphReader {
  /** More faults are of no use, and a hostile graph could have millions. */
  private static final String EXPORT =
      "in ComfyUI use \"Workflow > Export (API)\" and take the file that it saves";

  private final Graph.Limits limits;
  private final List<Fault> faults = new ArrayList<>();

  GraphReader(Graph.Limits limits) {
    this.limits = limits;
  }

  Graph read(JsonNode value, String pointer) {
    for (String wrapper : List.of("prompt", "workflow")) {
      JsonNode inner = value.path(wrapper);
      if (inner.isObject() && !inner.has("class_type")) {
        return read(inner, pointer + "/" + wrapper);
      }
    }
    checkForm(value, pointer);
    ObjectNode root = (ObjectNode) value;
    JsonPointer base = JsonPointer.compile(pointer);
    root.properties().forEach(e -> checkNode(e.getKey(), e.getValue(), base));
    if (faults.size() == 1) {
      throw Problem.ofFields(ProblemType.INVALID_WORKFLOW, faults);
    }
    if (!faults.isEmpty()) {
      String detail = "The graph has " + faults.size() + " faults; see errors";
      throw new Problem(ProblemType.INVALID_WORKFLOW, detail, faults);
    }
    ObjectNode copy = root.deepCopy();
    for (JsonNode node : copy) {
      RunState.drop((ObjectNode) node);
      ObjectNode inputs = ((ObjectNode) node).withObjectProperty("inputs");
      inputs.forEach(input -> nameSource(copy, input));
    }
    return new Graph(copy);
  }

  // Some programs write a link with the node's id as a number, which ComfyUI finds no node by.
  private static void nameSource(ObjectNode root, JsonNode value) {
    if (value instanceof ArrayNode link
        && link.size() == 2
        && link.get(0).isIntegralNumber()
        && link.get(1).isIntegralNumber()
        && root.has(link.get(0).asText())) {
      link.set(0, TextNode.valueOf(link.get(0).asText()));
    }
  }

  private void checkForm(JsonNode value, String pointer) {
    if (!value.isObject()) {
      throw invalid(pointer, "The graph must be an object of nodes by id; " + EXPORT);
    }
    if (value.path("nodes").isArray()) {
      throw invalid(
          pointer, "This is the editor's format (nodes and links), which does not run; " + EXPORT);
    }
    if (value.isEmpty()) {
      throw invalid(pointer, "The graph has no node; " + EXPORT);
    }
    if (value.size() > limits.maxNodes()) {
      throw invalid(
          pointer,
          "The graph has "
              + value.size()
              + " nodes; at most "
              + limits.maxNodes()
              + " are allowed, so split it");
    }
  }

  private void checkNode(String id, JsonNode node, JsonPointer base) {
    JsonPointer at = base.appendProperty(id);
    if (!node.isObject()) {
      add(at, "Node " + id + " must be an object with class_type and inputs; " + EXPORT);
      return;
    }
    JsonNode classType = node.path("class_type");
    if (!classType.isTextual() || classType.asText().isBlank()) {
      add(at, "Node " + id + " has no class_type; " + EXPORT);
    }
    node.properties().stream()
        .filter(e -> !e.getKey().equals("inputs") && tooDeep(e.getValue(), limits.maxDepth()))
        .forEach(
            e ->
                add(
                    at.appendProperty(e.getKey()),
                    "Node " + id + " nests " + e.getKey() + " too deep; leave it out"));
    JsonNode inputs = node.path("inputs");
    if (!inputs.isObject() && !inputs.isMissingNode()) {
      add(
          at.appendProperty("inputs"),
          "The inputs of node " + id + " must be an object of values by name");
      return;
    }
    for (Map.Entry<String, JsonNode> input : inputs.properties()) {
      checkInput(id, input, at.appendProperty("inputs").appendProperty(input.getKey()));
    }
  }

  private void checkInput(String id, Map.Entry<String, JsonNode> input, JsonPointer at) {
    String name = id + "." + input.getKey();
    if (tooDeep(input.getValue(), limits.maxDepth())) {
      add(at, "Input " + name + " nests more than " + limits.maxDepth() + " levels; flatten it");
    } else if (RunState.isNotFinite(input.getValue())) {
      add(at, "Input " + name + " holds NaN or Infinity, which is no number; send a number");
    } else if (!FileSource.isIn(input.getValue())) {
      checkText(name, input.getValue(), at);
    }
  }

  private void checkText(String name, JsonNode value, JsonPointer at) {
    if (longestText(value) > limits.maxText()) {
      add(
          at,
          "Input %s has a text of %d characters; at most %d are allowed (gateway.max-text-characters)"
              .formatted(name, longestText(value), limits.maxText()));
    }
  }

  /** The same for what could have been a file, once the files have been taken out of the graph. */
  void requireShortTexts(Graph graph, String pointer) {
    JsonPointer base = JsonPointer.compile(pointer);
    for (GraphNode node : graph.nodes()) {
      node.inputs()
          .forEach(
              (field, value) ->
                  checkText(
                      node.id() + "." + field,
                      value,
                      base.appendProperty(node.id())
                          .appendProperty("inputs")
                          .appendProperty(field)));
    }
    if (!faults.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_WORKFLOW, faults);
    }
  }

  private static int longestText(JsonNode value) {
    int longest = value.isTextual() ? value.asText().length() : 0;
    for (JsonNode child : value) {
      longest = Math.max(longest, longestText(child));
    }
    return longest;
  }

  private static boolean tooDeep(JsonNode value, int levels) {
    if (!value.isContainerNode()) {
      return false;
    }
    if (levels == 0) {
      return true;
    }
    for (JsonNode child : value) {
      if (tooDeep(child, levels - 1)) {
        return true;
      }
    }
    return false;
  }

  private void add(JsonPointer pointer, String detail) {
    if (faults.size() < Problem.MOST_FAULTS) {
      faults.add(new Fault(pointer.toString(), detail));
    }
  }

  private static Problem invalid(String pointer, String detail) {
    return Problem.ofField(ProblemType.INVALID_WORKFLOW, pointer, detail);
  }
}
