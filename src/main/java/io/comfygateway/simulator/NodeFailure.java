package io.comfygateway.simulator;

/** What a node raises. */
final class NodeFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final String type;

  /**
   * @param type the Python exception's class, such as {@code RuntimeError}
   */
  NodeFailure(String type, String message) {
    super(message, null, false, false);
    this.type = type;
  }

  String type() {
    return type;
  }
}
