package io.comfygateway.workflow.editor;

import java.util.Optional;

/**
 * A node where it takes part: a subgraph that is used twice has its nodes in two places.
 *
 * @param instance the graph that contains it
 * @param node the node
 */
record Place(GraphInstance instance, EditorNode node) {

  /** The id that the node has in the API format, such as {@code 12:5}. */
  String id() {
    return instance.prefix() + node.id();
  }

  /** The node class; the subgraph's name for a node that is one. */
  String className() {
    return instance
        .inside(node.id())
        .map(inner -> inner.graph().name())
        .filter(name -> !name.isEmpty())
        .orElse(node.type());
  }

  /** The inside of a node that is a subgraph or a group. */
  Optional<GraphInstance> inside() {
    return instance.inside(node.id());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Place place
        && place.instance == instance
        && place.node.id().equals(node.id());
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(instance) * 31 + node.id().hashCode();
  }
}
