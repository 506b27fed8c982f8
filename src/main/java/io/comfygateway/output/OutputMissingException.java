package io.comfygateway.output;

/**
 * ComfyUI's history names a file that its {@code /view} does not have (404) or does not give (400).
 * Asking again does not help.
 */
public final class OutputMissingException extends Exception {
  private static final long serialVersionUID = 1L;
  private final String node;

  private OutputMissingException(String node, String message) {
    super(message);
    this.node = node;
  }

  static OutputMissingException ofFile(OutputFile file, int status) {
    return new OutputMissingException(
        file.node(),
        "ComfyUI answered %d for the output \"%s\" of node %s, which its history names."
            .formatted(status, file.filename(), file.node()));
  }

  public static OutputMissingException ofPicture(String node) {
    return new OutputMissingException(
        node,
        ("Node %s sends its picture over the WebSocket alone, and none was received. Use SaveImage,"
                + " whose file is fetched and cannot be missed.")
            .formatted(node));
  }

  /** The id of the node that is said to have written the file. */
  public String node() {
    return node;
  }
}
