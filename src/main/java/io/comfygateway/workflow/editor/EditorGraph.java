package io.comfygateway.workflow.editor;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One level of the file: the graph itself, or the inside of a subgraph.
 *
 * @param name what the editor calls the subgraph; empty for the graph itself
 * @param nodesById the nodes by id, in the file's order
 * @param links the links by id
 * @param inputs the inputs of a subgraph
 * @param outputs the outputs of a subgraph
 */
record EditorGraph(
    String name,
    Map<String, EditorNode> nodesById,
    Map<String, EditorLink> links,
    List<Boundary> inputs,
    List<Boundary> outputs) {

  /**
   * An input or output of a subgraph.
   *
   * @param name its name
   * @param type its type
   * @param links the ids of the links inside that begin or end here
   */
  record Boundary(String name, String type, List<String> links) {}

  Collection<EditorNode> nodes() {
    return nodesById.values();
  }

  /** How many inputs and outputs it and its nodes have in all. */
  int sockets() {
    int count = inputs.size() + outputs.size();
    for (EditorNode node : nodes()) {
      count += node.inputs().size() + node.outputs().size();
    }
    return count;
  }

  Optional<EditorNode> node(String id) {
    return Optional.ofNullable(nodesById.get(id));
  }

  Optional<EditorLink> link(String id) {
    return Optional.ofNullable(links.get(id));
  }
}
