package io.comfygateway.workflow;

/**
 * One input of one node.
 *
 * @param node the node's id
 * @param field the input's name
 */
public record Address(String node, String field) {

  /** The address as callers write and read it, such as {@code 3.seed}. */
  @Override
  public String toString() {
    return node + "." + field;
  }
}
