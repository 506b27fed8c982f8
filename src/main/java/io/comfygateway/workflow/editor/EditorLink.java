package io.comfygateway.workflow.editor;

/**
 * A link of the file. Its own target is not kept: the editor numbers the inputs of a node anew when
 * it saves, so that only the id that an input names is reliable.
 *
 * @param id its id, unique in its graph
 * @param origin the id of the node that it comes from
 * @param slot the index of that node's output
 */
record EditorLink(String id, String origin, int slot) {
  /** What stands for the node when a link comes from an input of the subgraph itself. */
  private static final String BOUNDARY = "-10";

  boolean isFromBoundary() {
    return origin.equals(BOUNDARY);
  }
}
