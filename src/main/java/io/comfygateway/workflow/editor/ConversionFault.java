package io.comfygateway.workflow.editor;

/**
 * Why an editor file cannot be converted.
 *
 * @param node the node's id, {@code 12:5} inside a subgraph; empty where no node is to blame
 * @param title what the editor shows for the node; empty if it has no title of its own
 * @param classType the node class; empty where no node is to blame
 * @param detail what is wrong
 * @param remedy what to do about it
 */
public record ConversionFault(
    String node, String title, String classType, String detail, String remedy) {
  private static final int LONGEST_NAME = 80;

  static ConversionFault of(Place place, String detail, String remedy) {
    EditorNode node = place.node();
    return new ConversionFault(
        place.id(), node.title().orElse(""), place.className(), detail, remedy);
  }

  static ConversionFault ofFile(String detail, String remedy) {
    return new ConversionFault("", "", "", detail, remedy);
  }

  /** What is wrong with which node: {@code Node 12 "Upscale" (KSampler): what is wrong}. */
  public String sentence() {
    if (node.isEmpty()) {
      return detail;
    }
    String shown = title.isEmpty() ? "" : " \"" + cut(title) + "\"";
    return "Node " + cut(node) + shown + " (" + cut(classType) + "): " + detail;
  }

  /** The sentence, and what to do. */
  @Override
  public String toString() {
    return sentence() + "; " + remedy;
  }

  static String cut(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= LONGEST_NAME ? line : line.substring(0, LONGEST_NAME) + "…";
  }
}
