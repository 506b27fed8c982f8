package io.comfygateway.output;

/** A route of the operator's own refused an output. Asking it again does not help. */
public final class OutputRefusedException extends Exception {
  private static final long serialVersionUID = 1L;
  private final String node;

  /**
   * @param node the id of the node that made the output
   * @param reason what the route said
   */
  public OutputRefusedException(String node, String reason) {
    super(reason);
    this.node = node;
  }

  /** The id of the node that made the output. */
  public String node() {
    return node;
  }
}
