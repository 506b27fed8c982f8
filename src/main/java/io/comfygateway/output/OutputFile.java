package io.comfygateway.output;

import java.util.Optional;

/**
 * A file that a finished prompt left on the ComfyUI server. {@code filename}, {@code subfolder} and
 * {@code type} are what {@code GET /view} takes.
 *
 * @param index its number among the job's outputs, from 0
 * @param node the id of the node that wrote it
 * @param kind what sort of thing it is
 * @param filename its name, as ComfyUI gave it: not safe as a name on this machine
 * @param subfolder its folder below that of the type, empty for that folder itself
 * @param type {@code output}, or {@code temp} for a preview
 * @param isGuessed whether only a bare string in the history names it, so that it may be no file
 * @param picture its name among the files of the job, if it was received over the WebSocket
 */
public record OutputFile(
    int index,
    String node,
    OutputKind kind,
    String filename,
    String subfolder,
    String type,
    boolean isGuessed,
    Optional<String> picture) {

  /** A file that the history describes as one. */
  public OutputFile(
      int index, String node, OutputKind kind, String filename, String subfolder, String type) {
    this(index, node, kind, filename, subfolder, type, false, Optional.empty());
  }

  /** The same output under another name. */
  public OutputFile named(String other, OutputKind otherKind) {
    return new OutputFile(index, node, otherKind, other, subfolder, type, isGuessed, picture);
  }

  /** A picture that its node sent over the WebSocket. */
  static OutputFile ofSocket(int index, String node, String name) {
    return new OutputFile(
        index,
        node,
        OutputKind.IMAGE,
        "ComfyUI_%05d_.png".formatted(index + 1),
        "",
        "websocket",
        false,
        Optional.of(name));
  }
}
