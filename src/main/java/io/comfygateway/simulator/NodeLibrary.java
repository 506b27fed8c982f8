package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.ObjectInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The node classes of the simulator: their declarations, and what they do. */
final class NodeLibrary {
  private final ObjectNode classes;
  private final ObjectInfo info;
  private final SimulatedVersion version;
  private final Disk disk;
  private final Duration loadTime;
  private final Map<String, Node> nodes = new HashMap<>();
  private final AtomicLong changes = new AtomicLong();

  NodeLibrary(PythonJson json, SimulatorOptions options, Faults faults, Disk disk) {
    this.version = options.version();
    this.classes = classes(json, version);
    this.disk = disk;
    this.loadTime = options.loadTime();
    fill(classes, "models", folder -> options.models().getOrDefault(folder, List.of()));
    this.info = new ObjectInfo(classes);
    nodes.putAll(new ImageNodes(json, options.maxSide(), version).nodes());
    nodes.putAll(new MediaNodes(json).nodes());
    nodes.putAll(new SamplingNodes(faults, options.maxSide()).nodes());
  }

  // Every class of 0.33 says more about itself, and some have changed.
  private static ObjectNode classes(PythonJson json, SimulatedVersion version) {
    ObjectNode classes = json.resource("object_info.json");
    if (version.is033()) {
      for (JsonNode description : classes) {
        ((ObjectNode) description)
            .put("is_input_list", false)
            .put("has_intermediate_output", false);
        ((ObjectNode) description).putArray("search_aliases");
        ((ObjectNode) description).putNull("essentials_category");
      }
      classes.setAll(json.resource("object_info-0.33.json"));
    }
    return classes;
  }

  ObjectInfo info() {
    return info;
  }

  /** Validation as the server does it, where LoadImage checks for its file itself. */
  PromptValidation validation() {
    return new PromptValidation(info, version)
        .withInputCheck(
            (classType, input, value) ->
                classType.equals("LoadImage")
                        && input.equals("image")
                        && disk.byPath(value.asText()).isEmpty()
                    ? Optional.of("Invalid image file: " + value.asText())
                    : Optional.empty());
  }

  /** The answer to {@code GET /object_info}. */
  ObjectNode describe() {
    ObjectNode description = classes.deepCopy();
    List<String> uploads = disk.uploads();
    fill(description, "files", folder -> uploads);
    return description;
  }

  /** What a class does; one without work of its own hands on what it declares. */
  Node node(String classType) {
    return nodes.getOrDefault(classType, call -> handles(classType, call));
  }

  /** Text that changes whenever a node must run again although its inputs are the same. */
  String change(String classType, ObjectNode inputs) {
    return switch (classType) {
      case "SaveImageWebsocket" -> String.valueOf(changes.incrementAndGet());
      case "LoadImage" ->
          disk.byPath(inputs.path("image").asText())
              .map(file -> file instanceof Content.Uploaded upload ? upload.sha256() : "")
              .orElse("");
      default -> "";
    };
  }

  private Node.Result handles(String classType, NodeCall call) throws Run.Stopped {
    if (!loadTime.isZero() && classType.contains("Loader")) {
      call.steps().step(1, 1, loadTime, Optional.empty());
    }
    List<Value> outputs = new ArrayList<>();
    classes
        .path(classType)
        .path("output")
        .forEach(type -> outputs.add(new Value.Handle(type.asText())));
    return new Node.Result(outputs, Optional.empty());
  }

  private interface Names {
    List<String> in(String folder);
  }

  // The shipped description names a folder where the server would list the files that it holds.
  private static void fill(ObjectNode classes, String marker, Names names) {
    for (JsonNode description : classes) {
      for (JsonNode declaration : description.path("input").path("required")) {
        JsonNode folder = declaration.path(0).path(marker);
        if (folder.isTextual()) {
          ArrayNode list = ((ArrayNode) declaration).arrayNode();
          names.in(folder.asText()).forEach(list::add);
          ((ArrayNode) declaration).set(0, list);
        }
      }
    }
  }
}
