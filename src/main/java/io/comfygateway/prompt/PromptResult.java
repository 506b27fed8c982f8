package io.comfygateway.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** The result of a prompt in ComfyUI's history. */
public sealed interface PromptResult {

  /**
   * The history has no entry: the prompt waits, runs, has ended a moment ago, or is unknown to the
   * server. Only {@code GET /queue} distinguishes these.
   */
  record Pending() implements PromptResult {}

  /**
   * The prompt ran to its end.
   *
   * @param outputs the entry's {@code outputs}, a map from node id to the node's outputs
   */
  record Succeeded(JsonNode outputs) implements PromptResult {}

  /**
   * A node raised.
   *
   * @param node the id of the node
   * @param nodeType its class
   * @param exceptionType the name of the Python exception
   * @param message the message of the exception, of limited length; the traceback is never kept
   */
  record Failed(
      Optional<String> node,
      Optional<String> nodeType,
      Optional<String> exceptionType,
      String message)
      implements PromptResult {}

  /** The prompt was interrupted while it ran. */
  record Interrupted() implements PromptResult {}
}
