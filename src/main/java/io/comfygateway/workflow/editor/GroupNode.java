package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.editor.EditorGraph.Boundary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A group node, which editors before subgraphs have: its nodes and the links between them are in
 * {@code extra.groupNodes}, its inputs and outputs are what these nodes leave unlinked.
 */
final class GroupNode {
  private static final String REROUTE = "Reroute";
  private static final int MOST_LINKS = 5_000;

  private final Place host;
  private final JsonNode definition;
  private final List<EditorNode> nodes = new ArrayList<>();
  private final List<Map<Integer, String>> linkIds = new ArrayList<>();
  private final Map<String, EditorLink> links = new LinkedHashMap<>();
  private final Set<String> linkedOutputs = new HashSet<>();
  private final Set<String> linkedOutside = new HashSet<>();
  private final List<Boundary> inputs = new ArrayList<>();
  private final List<Boundary> outputs = new ArrayList<>();

  private GroupNode(Place host, JsonNode definition) {
    this.host = host;
    this.definition = definition;
  }

  /** The name of the group that a node is of; empty if it is of none. */
  static Optional<String> name(String type) {
    return type.startsWith("workflow>") || type.startsWith("workflow/")
        ? Optional.of(type.substring("workflow>".length()))
        : Optional.empty();
  }

  /** The inside of a group node, like that of a subgraph. */
  static EditorGraph graph(Place host, JsonNode definition, EditorReader reader)
      throws ConversionException {
    GroupNode group = new GroupNode(host, definition);
    int index = 0;
    for (JsonNode node : definition.path("nodes")) {
      group.nodes.add(reader.node(node, Integer.toString(index++)));
      group.linkIds.add(new HashMap<>());
    }
    group.link();
    group.expose();
    return group.graph();
  }

  private void link() throws ConversionException {
    if (definition.path("links").size() > MOST_LINKS
        || definition.path("external").size() > MOST_LINKS) {
      throw new ConversionException(
          ConversionFault.of(
              host, "Its group has more than " + MOST_LINKS + " links", "split the group"));
    }
    for (JsonNode link : definition.path("links")) {
      JsonNode origin = link.path(0);
      JsonNode target = link.path(2);
      // A link from outside stands there without its origin.
      if (origin.isNumber() && target.isNumber()) {
        String id = "inside-" + links.size();
        links.put(id, new EditorLink(id, origin.asText(), link.path(1).asInt()));
        linkedOutputs.add(origin.asText() + ":" + link.path(1).asInt());
        linksOf(target.asInt()).put(link.path(3).asInt(), id);
      }
    }
    for (JsonNode external : definition.path("external")) {
      JsonNode node = external.path(0);
      int from = node.isObject() ? node.path("index").asInt(-1) : node.asInt(-1);
      linkedOutside.add(from + ":" + external.path(1).asInt(-1));
    }
  }

  private Map<Integer, String> linksOf(int node) throws ConversionException {
    if (node < 0 || node >= linkIds.size()) {
      throw new ConversionException(
          ConversionFault.of(
              host,
              "Its group has a link to a node that it has not",
              "convert the group node to nodes in the editor and save the workflow again"));
    }
    return linkIds.get(node);
  }

  private void expose() throws ConversionException {
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      exposeInputs(i, seen, false);
      exposeOutputs(i);
    }
    // Fields that were made inputs come last.
    for (int i = 0; i < nodes.size(); i++) {
      exposeInputs(i, seen, true);
    }
    nameByPosition();
  }

  private void exposeInputs(int index, Map<String, Integer> seen, boolean areWidgets) {
    EditorNode node = nodes.get(index);
    for (int slot = 0; slot < node.inputs().size(); slot++) {
      Socket socket = node.inputs().get(slot);
      if (socket.isWidget() != areWidgets || linkIds.get(index).containsKey(slot)) {
        continue;
      }
      String inputName = node.type().equals(REROUTE) ? rerouted(index) : socket.name();
      JsonNode config = config(index).path("input").path(inputName);
      String name = unique(node, inputName, config.path("name").asText(inputName), seen);
      boolean isVisible = config.path("visible").asBoolean(true);
      if (isVisible) {
        String id = "outside-" + inputs.size();
        links.put(id, new EditorLink(id, "-10", inputs.size()));
        inputs.add(new Boundary(name, socket.type(), List.of(id)));
        linkIds.get(index).put(slot, id);
      }
    }
  }

  // Two inputs of one name are told apart by the node's title.
  private static String unique(
      EditorNode node, String inputName, String wanted, Map<String, Integer> seen) {
    String name = wanted;
    String key = name;
    if (seen.containsKey(name)) {
      String prefix = node.title().orElse(node.type()) + " ";
      key = prefix + inputName;
      name = seen.containsKey(key) ? prefix + seen.get(key) + " " + inputName : key;
    }
    seen.merge(key, 2, (count, start) -> count + 1);
    return name;
  }

  private String rerouted(int index) {
    for (JsonNode link : definition.path("links")) {
      if (link.path(0).isNumber() && link.path(0).asInt() == index) {
        int target = link.path(2).asInt(-1);
        int slot = link.path(3).asInt(-1);
        if (target >= 0 && target < nodes.size() && slot >= 0) {
          List<Socket> sockets = nodes.get(target).inputs();
          String type = slot < sockets.size() ? sockets.get(slot).type() : "*";
          if (!type.equals("*")) {
            return type;
          }
        }
      }
    }
    for (JsonNode link : definition.path("links")) {
      if (link.path(2).asInt(-1) == index) {
        return link.path(5).asText("*");
      }
    }
    return "*";
  }

  private void exposeOutputs(int index) {
    for (int slot = 0; slot < nodes.get(index).outputs().size(); slot++) {
      boolean isHidden =
          linkedOutputs.contains(index + ":" + slot) && !linkedOutside.contains(index + ":" + slot);
      JsonNode visible = config(index).path("output").path(Integer.toString(slot)).path("visible");
      if (visible.asBoolean(!isHidden)) {
        String id = "output-" + outputs.size();
        links.put(id, new EditorLink(id, Integer.toString(index), slot));
        outputs.add(new Boundary("", nodes.get(index).outputs().get(slot), List.of(id)));
      }
    }
  }

  private JsonNode config(int index) {
    return definition.path("config").path(Integer.toString(index));
  }

  /**
   * Gives the inputs the names that they have on the node. The editor goes by position; a node that
   * has other inputs than its group has now goes by name.
   */
  private void nameByPosition() throws ConversionException {
    List<Socket> sockets = host.node().inputs();
    if (sockets.stream().map(Socket::name).distinct().count() < sockets.size()) {
      throw new ConversionException(
          ConversionFault.of(
              host,
              "Two of its inputs have the same name",
              "convert the group node to nodes in the editor and save the workflow again"));
    }
    boolean areSame =
        sockets.size() == inputs.size()
            && IntStream.range(0, inputs.size())
                .allMatch(i -> Socket.fit(inputs.get(i).type(), sockets.get(i).type()));
    boolean areNamed =
        sockets.stream()
            .filter(socket -> socket.link().isPresent())
            .allMatch(socket -> inputs.stream().anyMatch(it -> it.name().equals(socket.name())));
    if (!areSame && (areNamed || sockets.size() > inputs.size())) {
      return;
    }
    for (int i = 0; i < sockets.size(); i++) {
      Boundary input = inputs.get(i);
      if (Socket.fit(input.type(), sockets.get(i).type())) {
        inputs.set(i, new Boundary(sockets.get(i).name(), input.type(), input.links()));
      }
    }
  }

  private EditorGraph graph() {
    Map<String, EditorNode> byId = new LinkedHashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      EditorNode node = nodes.get(i);
      List<Socket> sockets = new ArrayList<>();
      for (int slot = 0; slot < node.inputs().size(); slot++) {
        Socket socket = node.inputs().get(slot);
        Optional<String> link = Optional.ofNullable(linkIds.get(i).get(slot));
        sockets.add(new Socket(socket.name(), socket.type(), link, socket.isWidget()));
      }
      byId.put(node.id(), node.with(sockets));
    }
    return new EditorGraph(
        GroupNode.name(host.node().type()).orElse(""), byId, links, inputs, outputs);
  }
}
