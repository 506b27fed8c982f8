package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.ObjectInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** The part of a validated graph that its good outputs depend on. */
final class ExecutionGraph {

  /** Where a linked input comes from. */
  record Link(String node, int slot) {}

  private final ObjectNode nodes;
  private final ObjectInfo info;
  private final NodeLibrary library;
  private final Map<String, Map<String, Link>> links = new LinkedHashMap<>();
  private final Map<String, String> signatures = new HashMap<>();

  ExecutionGraph(Prompt prompt, ObjectInfo info, NodeLibrary library) {
    this.nodes = prompt.graph();
    this.info = info;
    this.library = library;
    prompt.outputs().forEach(this::reach);
  }

  Set<String> ids() {
    return links.keySet();
  }

  String classOf(String id) {
    return nodes.path(id).path("class_type").asText();
  }

  ObjectNode inputsOf(String id) {
    return (ObjectNode) nodes.path(id).path("inputs");
  }

  Map<String, Link> linksOf(String id) {
    return Objects.requireNonNull(links.get(id));
  }

  /** The nodes whose outputs a node uses. */
  Set<String> sourcesOf(String id) {
    Set<String> sources = new LinkedHashSet<>();
    linksOf(id).values().forEach(link -> sources.add(link.node()));
    return sources;
  }

  boolean isOutput(String id) {
    return info.isOutputNode(classOf(id));
  }

  /** A digest of the node's class and inputs and of everything above it, in hex. */
  String signatureOf(String id) {
    String known = signatures.get(id);
    if (known != null) {
      return known;
    }
    MessageDigest digest = sha256();
    update(digest, classOf(id));
    update(digest, library.change(classOf(id), inputsOf(id)));
    Map<String, JsonNode> inputs = new TreeMap<>();
    inputsOf(id).properties().forEach(input -> inputs.put(input.getKey(), input.getValue()));
    inputs.forEach(
        (name, value) -> {
          Link link = linksOf(id).get(name);
          update(digest, name);
          update(
              digest,
              link == null ? value.toString() : signatureOf(link.node()) + " " + link.slot());
        });
    String signature = HexFormat.of().formatHex(digest.digest());
    signatures.put(id, signature);
    return signature;
  }

  private void reach(String id) {
    if (links.containsKey(id)) {
      return;
    }
    Map<String, Link> found = new LinkedHashMap<>();
    links.put(id, found);
    for (ObjectInfo.InputDeclaration input : info.inputs(classOf(id))) {
      JsonNode value = inputsOf(id).path(input.name());
      if (value.isArray() && value.size() == 2) {
        Link link = new Link(value.get(0).asText(), value.get(1).asInt());
        found.put(input.name(), link);
        reach(link.node());
      }
    }
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
