package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.comfygateway.workflow.editor.EditorGraph.Boundary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the editor's JSON: nodes and links, the definitions of subgraphs and of group nodes. Links
 * are lists in older files and objects in newer ones and in subgraphs; ids are numbers or texts.
 */
final class EditorReader {
  private static final int MOST_NODES = 10_000;
  private static final int MOST_LINKS = 50_000;
  private static final int MOST_SOCKETS = 100_000;
  private static final int MOST_SOCKETS_OF_ONE = 1_000;
  private static final int MOST_DEFINITIONS = 1_000;
  private static final String DAMAGED = "save the workflow in the editor again";

  private int nodes;
  private int links;
  private int sockets;

  EditorFile read(JsonNode json) throws ConversionException {
    Map<String, EditorGraph> subgraphs = new LinkedHashMap<>();
    for (JsonNode definition : json.path("definitions").path("subgraphs")) {
      limit("subgraphs", subgraphs.size() + 1, MOST_DEFINITIONS);
      subgraphs.put(definition.path("id").asText(), graph(definition));
    }
    Map<String, JsonNode> groups = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> group : json.path("extra").path("groupNodes").properties()) {
      limit("group nodes", groups.size() + 1, MOST_DEFINITIONS);
      groups.put(group.getKey(), group.getValue());
    }
    return new EditorFile(graph(json), subgraphs, groups);
  }

  private EditorGraph graph(JsonNode json) throws ConversionException {
    Map<String, EditorNode> byId = new LinkedHashMap<>();
    for (JsonNode node : json.path("nodes")) {
      if (!node.isObject() || !node.path("type").isTextual() || !node.path("id").isValueNode()) {
        throw damaged("A node has no id or no type");
      }
      EditorNode read = node(node, node.path("id").asText());
      if (byId.put(read.id(), read) != null) {
        throw damaged("Two nodes have the id " + ConversionFault.cut(read.id()));
      }
    }
    return new EditorGraph(
        json.path("name").asText(""),
        byId,
        links(json.path("links")),
        boundaries(json.path("inputs")),
        boundaries(json.path("outputs")));
  }

  /** A node, under the id that it is to have. */
  EditorNode node(JsonNode node, String id) throws ConversionException {
    limit("nodes", ++nodes, MOST_NODES);
    List<Socket> inputs = new ArrayList<>();
    for (JsonNode input : node.path("inputs")) {
      limit("inputs", ++sockets, MOST_SOCKETS);
      limitOne("A node", "inputs", inputs.size());
      JsonNode link = input.path("link");
      inputs.add(
          new Socket(
              input.path("name").asText(""),
              type(input.path("type")),
              Optional.of(link).filter(it -> it.isNumber() || it.isTextual()).map(JsonNode::asText),
              input.path("widget").isObject()));
    }
    List<String> outputs = new ArrayList<>();
    for (JsonNode output : node.path("outputs")) {
      limit("outputs", ++sockets, MOST_SOCKETS);
      limitOne("A node", "outputs", outputs.size());
      outputs.add(type(output.path("type")));
    }
    String title = node.path("title").asText("");
    return new EditorNode(
        id,
        node.path("type").asText(),
        Optional.of(title).filter(text -> !text.isBlank()),
        node.path("mode").asInt(0),
        List.copyOf(inputs),
        List.copyOf(outputs),
        node.path("widgets_values"),
        node.path("widgets_values_named").isObject()
            ? node.path("widgets_values_named")
            : MissingNode.getInstance(),
        node.path("properties"));
  }

  // Older files write the choices themselves where newer ones write COMBO.
  private static String type(JsonNode type) {
    return type.isArray() ? "COMBO" : type.asText("");
  }

  private Map<String, EditorLink> links(JsonNode json) throws ConversionException {
    Map<String, EditorLink> byId = new LinkedHashMap<>();
    for (JsonNode link : json) {
      limit("links", ++links, MOST_LINKS);
      boolean isList = link.isArray();
      if (isList && link.size() < 3) {
        throw damaged("A link is shorter than its id, its origin and its output");
      }
      JsonNode id = isList ? link.get(0) : link.path("id");
      JsonNode origin = isList ? link.get(1) : link.path("origin_id");
      JsonNode slot = isList ? link.get(2) : link.path("origin_slot");
      // Floating and deleted links stay behind as null.
      if (id.isValueNode() && !id.isNull() && origin.isValueNode() && !origin.isNull()) {
        byId.put(id.asText(), new EditorLink(id.asText(), origin.asText(), slot.asInt(0)));
      }
    }
    return byId;
  }

  private List<Boundary> boundaries(JsonNode json) throws ConversionException {
    List<Boundary> found = new ArrayList<>();
    for (JsonNode boundary : json) {
      limit("inputs", ++sockets, MOST_SOCKETS);
      limitOne("A subgraph", "inputs or outputs", found.size());
      List<String> inside = new ArrayList<>();
      for (JsonNode link : boundary.path("linkIds")) {
        limit("links", ++links, MOST_LINKS);
        inside.add(link.asText());
      }
      found.add(
          new Boundary(
              boundary.path("name").asText(""), type(boundary.path("type")), List.copyOf(inside)));
    }
    return List.copyOf(found);
  }

  private static void limit(String what, int count, int most) throws ConversionException {
    if (count > most) {
      throw new ConversionException(
          ConversionFault.ofFile(
              "The file has more than " + most + " " + what, "split the workflow"));
    }
  }

  private static void limitOne(String whose, String what, int before) throws ConversionException {
    if (before >= MOST_SOCKETS_OF_ONE) {
      throw new ConversionException(
          ConversionFault.ofFile(
              whose + " has more than " + MOST_SOCKETS_OF_ONE + " " + what, "split it"));
    }
  }

  private static ConversionException damaged(String detail) {
    return new ConversionException(ConversionFault.ofFile(detail, DAMAGED));
  }
}
