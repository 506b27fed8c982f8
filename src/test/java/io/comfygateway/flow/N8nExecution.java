package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An execution of a workflow, as n8n stores it.
 *
 * @param id its number
 * @param status {@code running}, {@code waiting}, {@code success}, {@code error}
 * @param data what its nodes gave
 */
record N8nExecution(String id, String status, JsonNode data) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static N8nExecution of(JsonNode stored) {
    try {
      JsonNode flat = JSON.readTree(stored.path("data").asText("[]"));
      return new N8nExecution(
          stored.path("id").asText(),
          stored.path("status").asText(),
          flat.isEmpty()
              ? JSON.createObjectNode()
              : JSON.createObjectNode()
                  .set(
                      "resultData",
                      resolved(flat, flat.path(0).path("resultData"), new HashSet<>())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // The format of the npm package "flatted": a list of values, in which texts stand for the values
  // at these places. A value within itself is left out.
  private static JsonNode unflatten(JsonNode flat, int place, Set<Integer> within) {
    JsonNode value = flat.get(place);
    if (!value.isContainerNode() || !within.add(place)) {
      return value.isContainerNode() ? JSON.getNodeFactory().nullNode() : value;
    }
    JsonNode whole;
    if (value.isObject()) {
      ObjectNode object = JSON.createObjectNode();
      value
          .properties()
          .forEach(field -> object.set(field.getKey(), resolved(flat, field.getValue(), within)));
      whole = object;
    } else {
      ArrayNode array = JSON.createArrayNode();
      value.forEach(item -> array.add(resolved(flat, item, within)));
      whole = array;
    }
    within.remove(place);
    return whole;
  }

  private static JsonNode resolved(JsonNode flat, JsonNode value, Set<Integer> within) {
    return value.isTextual() ? unflatten(flat, Integer.parseInt(value.asText()), within) : value;
  }

  boolean hasEnded() {
    return !List.of("new", "running", "waiting").contains(status);
  }

  String error() {
    return data.path("resultData").path("error").path("message").asText();
  }

  String lastNode() {
    return data.path("resultData").path("lastNodeExecuted").asText();
  }

  String errorDescription() {
    return data.path("resultData").path("error").path("description").asText();
  }

  /** The items that a node gave on its last run, on all its outputs. */
  List<JsonNode> items(String node) {
    JsonNode runs = runsOf(node);
    return itemsOf(runs.path(runs.size() - 1));
  }

  /** The items that a node gave on all its runs. */
  List<JsonNode> allItems(String node) {
    List<JsonNode> items = new ArrayList<>();
    runsOf(node).forEach(run -> items.addAll(itemsOf(run)));
    return items;
  }

  private JsonNode runsOf(String node) {
    return data.path("resultData").path("runData").path(node);
  }

  private static List<JsonNode> itemsOf(JsonNode run) {
    List<JsonNode> items = new ArrayList<>();
    run.path("data").path("main").forEach(output -> output.forEach(items::add));
    return items;
  }

  /** How long the longest run of a node took, its tries and the pauses between them together. */
  long longestMs(String node) {
    long longest = 0;
    for (JsonNode run : runsOf(node)) {
      longest = Math.max(longest, run.path("executionTime").asLong());
    }
    return longest;
  }

  /** How often a node has run. */
  int runs(String node) {
    return runsOf(node).size();
  }
}
