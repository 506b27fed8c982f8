package io.comfygateway.workflow.editor;

import java.util.Locale;
import java.util.Set;

/**
 * What a node is to the editor. Only {@link #REAL} ones and subgraphs have a class on the server.
 */
enum NodeKind {
  /** Runs on the server. */
  REAL,
  /** A remark, a label, or a switch of the editor; nothing of it is sent. */
  DECORATION,
  /** Passes on what it gets. */
  REROUTE,
  /** Writes its value into the inputs that it is linked to. */
  PRIMITIVE,
  /** Keeps what it gets under a name. */
  SETTER,
  /** Gives what the setter of the same name got. */
  GETTER,
  /** Sends what it gets to inputs that have no link in the file. */
  EVERYWHERE;

  private static final Set<String> DECORATIONS =
      Set.of(
          "Note",
          "MarkdownNote",
          "Note Plus (mtb)",
          "Label (rgthree)",
          "Bookmark (rgthree)",
          "Fast Muter (rgthree)",
          "Fast Bypasser (rgthree)",
          "Fast Groups Muter (rgthree)",
          "Fast Groups Bypasser (rgthree)",
          "Fast Actions Button (rgthree)",
          "Mute / Bypass Repeater (rgthree)",
          "Mute / Bypass Relay (rgthree)",
          "Random Unmuter (rgthree)",
          "Node Collector (rgthree)",
          "Node Combiner (rgthree)");
  private static final Set<String> SETTERS = Set.of("SetNode", "easy setNode");
  private static final Set<String> GETTERS = Set.of("GetNode", "easy getNode");

  /**
   * The kind of a node.
   *
   * @param isKnown whether the server has the class
   */
  static NodeKind of(String type, boolean isKnown) {
    switch (type) {
      case "Note", "MarkdownNote":
        return DECORATION;
      case "PrimitiveNode":
        return PRIMITIVE;
      case "Reroute":
        return REROUTE;
      default:
        break;
    }
    if (type.toLowerCase(Locale.ROOT).endsWith("everywhere")
        || type.startsWith("Anything Everywhere")) {
      return EVERYWHERE;
    }
    if (isKnown) {
      return REAL;
    }
    if (type.equals("Reroute (rgthree)")) {
      return REROUTE;
    }
    if (SETTERS.contains(type)) {
      return SETTER;
    }
    if (GETTERS.contains(type)) {
      return GETTER;
    }
    return DECORATIONS.contains(type) ? DECORATION : REAL;
  }
}
