package io.comfygateway.prompt;

import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;

/**
 * Reads a server's answers about one prompt. An answer with another status than 200 comes from a
 * proxy: it says nothing about the prompt, even where it is JSON.
 */
final class ComfyAnswer {
  private static final int OK = 200;

  private ComfyAnswer() {}

  /**
   * Requires the status 200.
   *
   * @param request method and path, such as {@code GET /queue}
   * @throws IOException where the status is another one
   */
  static void requireOk(int status, String request) throws IOException {
    if (status != OK) {
      throw new IOException("it answered " + status + " to " + request);
    }
  }

  /**
   * The answer of {@code GET /queue}.
   *
   * @throws IOException where it is not ComfyUI's
   */
  static PromptPlace queue(UUID prompt, int status, InputStream answer) throws IOException {
    requireOk(status, "GET /queue");
    return QueueReader.read(answer, prompt.toString());
  }

  /**
   * The answer of {@code GET /history/{id}}.
   *
   * @throws IOException where it is not ComfyUI's
   */
  static PromptResult history(UUID prompt, int status, InputStream answer) throws IOException {
    requireOk(status, "GET /history");
    return HistoryReader.read(prompt.toString(), answer);
  }
}
