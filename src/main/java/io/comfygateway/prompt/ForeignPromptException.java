package io.comfygateway.prompt;

import java.io.IOException;

/**
 * A server queued a prompt under an id of its own, as ComfyUI did before 0.3.45: the results of the
 * job's prompt cannot be found there.
 */
public final class ForeignPromptException extends IOException {
  private static final long serialVersionUID = 1L;
  private final String promptId;

  ForeignPromptException(String promptId) {
    super("it gave the prompt an id of its own");
    this.promptId = promptId;
  }

  /** The id that the server chose. */
  public String promptId() {
    return promptId;
  }
}
