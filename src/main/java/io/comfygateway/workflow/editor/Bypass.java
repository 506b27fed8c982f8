package io.comfygateway.workflow.editor;

import java.util.List;
import java.util.Optional;

/** Which input stands for an output of a bypassed node. */
final class Bypass {
  private Bypass() {}

  /**
   * The input whose link is passed on: the one at the output's place if its type fits, else the
   * first of exactly the wanted type, else the first that fits.
   *
   * @param slot the output
   * @param wanted the type of the input that the output is linked to
   */
  static Optional<Socket> input(EditorNode node, int slot, String wanted) {
    List<Socket> inputs = node.inputs();
    if (slot < 0 || inputs.isEmpty()) {
      return Optional.empty();
    }
    if (Socket.isAny(wanted)) {
      return Optional.of(inputs.get(slot < inputs.size() ? slot : 0));
    }
    String output = slot < node.outputs().size() ? node.outputs().get(slot) : "*";
    if (slot < inputs.size() && fits(inputs.get(slot), output, wanted)) {
      return Optional.of(inputs.get(slot));
    }
    return inputs.stream()
        .filter(input -> input.type().equals(wanted))
        .findFirst()
        .or(() -> inputs.stream().filter(input -> fits(input, output, wanted)).findFirst());
  }

  private static boolean fits(Socket input, String output, String wanted) {
    return Socket.fit(input.type(), output) && Socket.fit(input.type(), wanted);
  }
}
