package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.comfygateway.workflow.editor.LinkResolver.Widget;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A widget of the editor that the API format does not have: the value of a primitive, or of a
 * subgraph's input. The editor writes the value into each field that the widget leads to.
 *
 * @param node the id of the primitive or of the subgraph's node
 * @param title what people call a primitive; empty where they gave it no title, and for a subgraph
 * @param targets the inputs that get the value, in the file's order, at least one
 */
public record OuterWidget(String node, Optional<String> title, List<Target> targets) {
  private static final Set<String> UNTITLED = Set.of("Primitive", "PrimitiveNode");

  public OuterWidget {
    targets = List.copyOf(targets);
  }

  /**
   * An input of a node that runs.
   *
   * @param node the node's id in the API format
   * @param field the input's name
   */
  public record Target(String node, String field) {}

  /**
   * The widgets of a file. Links alone tell them, without the node classes of a server; so a target
   * can be named that the server's classes give no value, and the graph has to confirm each.
   *
   * @return nothing for a file that cannot be read
   */
  public static List<OuterWidget> of(JsonNode json) {
    Map<Widget, List<Target>> found = new LinkedHashMap<>();
    try {
      EditorReader reader = new EditorReader();
      ClassCatalog classes = new ClassCatalog(JsonNodeFactory.instance.objectNode());
      LinkResolver links = new LinkResolver(classes, new HostValues(classes));
      for (GraphInstance instance : Expansion.of(reader.read(json), reader).instances()) {
        for (Place place : instance.places()) {
          if (runs(place, classes)) {
            addTargets(place, links, found);
          }
        }
      }
    } catch (ConversionException unreadable) {
      return List.of();
    }
    List<OuterWidget> widgets = new ArrayList<>();
    found.forEach(
        (widget, targets) ->
            widgets.add(new OuterWidget(widget.place().id(), title(widget), targets)));
    return widgets;
  }

  private static boolean runs(Place place, ClassCatalog classes) {
    EditorNode node = place.node();
    return !node.isMuted()
        && !node.isBypassed()
        && place.inside().isEmpty()
        && classes.kind(node) == NodeKind.REAL;
  }

  private static void addTargets(Place place, LinkResolver links, Map<Widget, List<Target>> found) {
    for (Socket socket : place.node().inputs()) {
      if (socket.link().isPresent()) {
        widget(place, socket, links)
            .ifPresent(
                widget ->
                    found
                        .computeIfAbsent(widget, first -> new ArrayList<>())
                        .add(new Target(place.id(), socket.name())));
      }
    }
  }

  private static Optional<Widget> widget(Place place, Socket socket, LinkResolver links) {
    try {
      return links.widget(place, socket);
    } catch (ConversionException leadsNowhere) {
      return Optional.empty();
    }
  }

  private static Optional<String> title(Widget widget) {
    return widget.input().isEmpty()
        ? widget.place().node().title().map(String::strip).filter(it -> !UNTITLED.contains(it))
        : Optional.empty();
  }
}
