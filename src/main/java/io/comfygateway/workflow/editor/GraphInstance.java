package io.comfygateway.workflow.editor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One use of a graph: the file's own, or a subgraph at one of its places. */
final class GraphInstance {
  private final EditorGraph graph;
  private final String prefix;
  private final @Nullable Place host;
  private final int depth;
  private final Map<String, GraphInstance> inside = new HashMap<>();
  private final Map<String, End> ends = new HashMap<>();

  /** The input at which a link ends. */
  record End(Place place, Socket socket) {}

  /** The file's own graph. */
  GraphInstance(EditorGraph graph) {
    this.graph = graph;
    this.prefix = "";
    this.host = null;
    this.depth = 0;
    findEnds();
  }

  /** The inside of a node. */
  GraphInstance(EditorGraph graph, Place host) {
    this.graph = graph;
    this.prefix = host.id() + ":";
    this.host = host;
    this.depth = host.instance().depth + 1;
    host.instance().inside.put(host.node().id(), this);
    findEnds();
  }

  private void findEnds() {
    for (EditorNode node : graph.nodes()) {
      for (Socket socket : node.inputs()) {
        socket.link().ifPresent(link -> ends.put(link, new End(new Place(this, node), socket)));
      }
    }
  }

  /** The input at which a link of this graph ends. */
  Optional<End> target(String link) {
    return Optional.ofNullable(ends.get(link));
  }

  EditorGraph graph() {
    return graph;
  }

  /** What stands before the ids of its nodes. */
  String prefix() {
    return prefix;
  }

  /** The node whose inside this is; empty for the file's own graph. */
  Optional<Place> host() {
    return Optional.ofNullable(host);
  }

  /** How many subgraphs are around it. */
  int depth() {
    return depth;
  }

  Optional<GraphInstance> inside(String node) {
    return Optional.ofNullable(inside.get(node));
  }

  List<Place> places() {
    return graph.nodes().stream().map(node -> new Place(this, node)).toList();
  }

  Optional<Place> place(String node) {
    return graph.node(node).map(found -> new Place(this, found));
  }
}
