package io.comfygateway.flow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Changes that a person makes to a workflow in the editor. */
final class N8nChanges {
  /** What is appended to the name of a node's copy. */
  static final String COPY = " 2";

  private static final ObjectMapper JSON = new ObjectMapper();

  private N8nChanges() {}

  /** A workflow that begins when somebody presses "Execute workflow". */
  static ObjectNode empty(String name) {
    ObjectNode workflow = JSON.createObjectNode().put("name", name);
    workflow.putObject("settings").put("executionOrder", "v1");
    workflow.putArray("nodes");
    workflow.putObject("connections");
    add(workflow, N8nEditor.MANUAL, "manualTrigger", 1);
    return workflow;
  }

  /** Adds a node and returns its parameters, which are empty. */
  static ObjectNode add(ObjectNode workflow, String name, String type, double version) {
    ObjectNode node = ((ArrayNode) workflow.path("nodes")).addObject();
    node.put("id", UUID.randomUUID().toString()).put("name", name);
    node.put("type", "n8n-nodes-base." + type).put("typeVersion", version);
    node.putArray("position").add(0).add(0);
    node.putObject("parameters");
    return (ObjectNode) node.path("parameters");
  }

  /** Leads all that leaves a node by its first output to one other node. */
  static void connect(ObjectNode workflow, String from, String to) {
    ArrayNode outputs =
        ((ObjectNode) workflow.path("connections")).putObject(from).putArray("main");
    lead(outputs.addArray(), to);
  }

  private static void lead(ArrayNode output, String to) {
    output.addObject().put("node", to).put("type", "main").put("index", 0);
  }

  private static String next(ObjectNode workflow, String node) {
    return workflow.path("connections").path(node).at("/main/0/0/node").asText();
  }

  /** As many rows in front: in the node Rows where there is one, else in a new one. */
  static void rows(ObjectNode workflow, int count) {
    String first = next(workflow, N8nEditor.MANUAL);
    ObjectNode rows;
    if (first.equals("Rows")) {
      rows = (ObjectNode) N8nEditor.node(workflow, "Rows").path("parameters");
    } else {
      rows = add(workflow, "Rows", "code", 2);
      connect(workflow, N8nEditor.MANUAL, "Rows");
      connect(workflow, "Rows", first);
    }
    rows.put("jsCode", "return [" + rowsOf(count) + "];");
  }

  private static String rowsOf(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(row -> "{ prompt: 'row " + row + "' }")
        .collect(Collectors.joining(","));
  }

  /** A loop around all of it, after which the node All has what came of each round. */
  static void loop(ObjectNode workflow, String end, int rounds) {
    String first = next(workflow, N8nEditor.MANUAL);
    add(workflow, "Rounds", "code", 2).put("jsCode", "return [" + rowsOf(rounds) + "];");
    add(workflow, "Loop", "splitInBatches", 3).putObject("options");
    add(workflow, "All", "noOp", 1);
    connect(workflow, N8nEditor.MANUAL, "Rounds");
    connect(workflow, "Rounds", "Loop");
    connect(workflow, "Loop", "All");
    lead(((ArrayNode) workflow.path("connections").path("Loop").path("main")).addArray(), first);
    connect(workflow, end, "Loop");
  }

  /** A copy of all nodes behind the last one, with the names changed as the editor does. */
  static void twice(ObjectNode workflow, String end) {
    String first = next(workflow, N8nEditor.MANUAL);
    List<JsonNode> nodes = new ArrayList<>();
    workflow.path("nodes").forEach(nodes::add);
    String connections = workflow.path("connections").toString();
    for (JsonNode node : nodes) {
      String name = node.path("name").asText();
      if (!name.equals(N8nEditor.MANUAL)) {
        ObjectNode copy = (ObjectNode) renamed(node.toString(), nodes);
        copy.put("name", name + COPY).put("id", UUID.randomUUID().toString());
        if (copy.has("webhookId")) {
          copy.put("webhookId", UUID.randomUUID().toString());
        }
        ((ArrayNode) workflow.path("nodes")).add(copy);
      }
    }
    ObjectNode copies = (ObjectNode) read(connections);
    copies.remove(N8nEditor.MANUAL);
    ObjectNode all = (ObjectNode) workflow.path("connections");
    copies
        .properties()
        .forEach(
            from -> {
              for (JsonNode to : from.getValue().findParents("node")) {
                ((ObjectNode) to).put("node", to.path("node").asText() + COPY);
              }
              all.set(from.getKey() + COPY, from.getValue());
            });
    connect(workflow, end, first + COPY);
  }

  private static JsonNode renamed(String json, List<JsonNode> nodes) {
    String text = json;
    for (JsonNode node : nodes) {
      String name = node.path("name").asText();
      text = text.replace("$('" + name + "')", "$('" + name + COPY + "')");
    }
    return read(text);
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
