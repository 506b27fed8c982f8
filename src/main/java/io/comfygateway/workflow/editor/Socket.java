package io.comfygateway.workflow.editor;

import java.util.Locale;
import java.util.Optional;

/**
 * An input of a node as the file has it.
 *
 * @param name its name
 * @param type the type that it accepts, {@code *} for any; several are separated by commas
 * @param link the id of the link that ends here
 * @param isWidget whether a widget of the node can be set through it
 */
record Socket(String name, String type, Optional<String> link, boolean isWidget) {

  /** Whether the editor lets an output of one type be linked to an input of the other. */
  static boolean fit(String one, String other) {
    if (isAny(one) || isAny(other) || one.equals(other)) {
      return true;
    }
    for (String a : one.toLowerCase(Locale.ROOT).split(",", -1)) {
      for (String b : other.toLowerCase(Locale.ROOT).split(",", -1)) {
        if (a.strip().equals(b.strip()) || a.strip().equals("*") || b.strip().equals("*")) {
          return true;
        }
      }
    }
    return false;
  }

  static boolean isAny(String type) {
    return type.isEmpty() || type.equals("*") || type.equals("0");
  }
}
