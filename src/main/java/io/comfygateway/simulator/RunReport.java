package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.simulator.media.PictureFile;
import io.comfygateway.simulator.media.PngFile;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Tells what happens in one run: to the socket of the prompt's client at once, and to the history
 * at the end.
 */
final class RunReport {
  private final Prompt prompt;
  private final ClientSockets sockets;
  private final InstantSource clock;
  private final JsonNodeFactory json = JsonNodeFactory.instance;
  private final ArrayNode messages = json.arrayNode();
  private final ObjectNode outputs = json.objectNode();
  private final ObjectNode states = json.objectNode();
  private final ArrayNode executed = json.arrayNode();
  private boolean success;

  RunReport(Prompt prompt, ClientSockets sockets, InstantSource clock) {
    this.prompt = prompt;
    this.sockets = sockets;
    this.clock = clock;
  }

  void start() {
    message("execution_start", about());
  }

  void cached(Iterable<String> nodes) {
    ObjectNode data = json.objectNode();
    nodes.forEach(data.putArray("nodes")::add);
    message("execution_cached", data.put("prompt_id", prompt.id()));
  }

  void success() {
    success = true;
    message("execution_success", about());
  }

  void interrupted(String node) {
    ObjectNode data = about().put("node_id", node).put("node_type", classOf(node));
    data.set("executed", executed.deepCopy());
    message("execution_interrupted", data);
  }

  void failed(String node, NodeFailure failure) {
    ObjectNode data = about().put("node_id", node).put("node_type", classOf(node));
    data.set("executed", executed.deepCopy());
    data.put("exception_message", failure.getMessage() + "\n");
    data.put("exception_type", failure.type());
    data.putArray("traceback").add("  in the simulator, node class " + classOf(node) + "\n");
    ObjectNode inputs = data.putObject("current_inputs");
    prompt
        .graph()
        .at("/" + node.replace("~", "~0").replace("/", "~1") + "/inputs")
        .properties()
        .forEach(input -> inputs.putArray(input.getKey()).add(input.getValue()));
    ArrayNode ids = data.putArray("current_outputs");
    prompt.graph().fieldNames().forEachRemaining(ids::add);
    message("execution_error", data);
  }

  void executing(String node) {
    progress(node, DoubleNode.valueOf(0), DoubleNode.valueOf(1), "running");
    ObjectNode data = json.objectNode().put("node", node).put("display_node", node);
    send("executing", data.put("prompt_id", prompt.id()));
  }

  /** One step of a node, with a picture or without. */
  void step(String node, int value, int max, Optional<NodeCall.Preview> preview) {
    progress(node, IntNode.valueOf(value), IntNode.valueOf(max), "running");
    Optional<String> client = prompt.clientId().filter(sockets::hears);
    if (client.isEmpty()) {
      return;
    }
    boolean metadata = sockets.takesMetadata(client.get());
    preview.filter(p -> metadata).ifPresent(p -> picture(client.get(), node, p, true));
    ObjectNode data = json.objectNode().put("value", value).put("max", max);
    send("progress", data.put("prompt_id", prompt.id()).put("node", node));
    preview.filter(p -> !metadata).ifPresent(p -> picture(client.get(), node, p, false));
  }

  /** Text that a node shows while it runs. */
  void text(String node, String text) {
    prompt.clientId().ifPresent(client -> sockets.text(client, node, text));
  }

  /** A node is done, now or in an earlier prompt. */
  void executed(String node, Optional<ObjectNode> ui) {
    ui.ifPresent(
        shown -> {
          outputs.set(node, shown);
          ObjectNode data = json.objectNode().put("node", node).put("display_node", node);
          data.set("output", shown);
          send("executed", data.put("prompt_id", prompt.id()));
        });
    JsonNode max = states.path(node).path("max");
    JsonNode all = max.isMissingNode() ? IntNode.valueOf(1) : max;
    progress(node, all, all, "finished");
    executed.add(node);
  }

  /** The prompt has left the queue. */
  void ended() {
    send("executing", json.objectNode().putNull("node").put("prompt_id", prompt.id()));
  }

  /** The entry of the history. */
  ObjectNode historyEntry() {
    ObjectNode entry = json.objectNode();
    entry.set("prompt", prompt.toJson());
    entry.set("outputs", outputs);
    ObjectNode status = entry.putObject("status");
    status.put("status_str", success ? "success" : "error").put("completed", success);
    status.set("messages", messages);
    ObjectNode meta = entry.putObject("meta");
    outputs
        .fieldNames()
        .forEachRemaining(
            node ->
                meta.putObject(node)
                    .put("node_id", node)
                    .put("display_node", node)
                    .putNull("parent_node")
                    .put("real_node_id", node));
    return entry;
  }

  private void progress(String node, JsonNode value, JsonNode max, String state) {
    ObjectNode entry = states.putObject(node);
    entry.set("value", value);
    entry.set("max", max);
    entry.put("state", state).put("node_id", node).put("prompt_id", prompt.id());
    entry.put("display_node_id", node).putNull("parent_node_id").put("real_node_id", node);
    ObjectNode data = about();
    data.set("nodes", states);
    send("progress_state", data);
  }

  private void picture(String client, String node, NodeCall.Preview preview, boolean metadata) {
    byte[] file =
        preview.jpeg() ? PictureFile.jpeg(preview.picture(), 80) : PngFile.of(preview.picture());
    if (!metadata) {
      sockets.preview(client, file, preview.jpeg());
      return;
    }
    ObjectNode data = json.objectNode().put("node_id", node).put("prompt_id", prompt.id());
    data.put("display_node_id", node).putNull("parent_node_id").put("real_node_id", node);
    sockets.preview(
        client, file, data.put("image_type", preview.jpeg() ? "image/jpeg" : "image/png"));
  }

  private void message(String type, ObjectNode data) {
    data.put("timestamp", clock.millis());
    messages.addArray().add(type).add(data);
    send(type, data);
  }

  private void send(String type, ObjectNode data) {
    prompt.clientId().ifPresent(client -> sockets.send(client, type, data));
  }

  private ObjectNode about() {
    return json.objectNode().put("prompt_id", prompt.id());
  }

  private String classOf(String node) {
    return prompt.graph().path(node).path("class_type").asText();
  }
}
