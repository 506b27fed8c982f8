package io.comfygateway.prompt;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.util.ObjectHelper;

/**
 * Stops prompts on their servers, whether they wait or run there: in one request where the server
 * has {@code POST /api/jobs/{id}/cancel}, otherwise with {@code POST /queue} and {@code POST
 * /interrupt}.
 */
public final class PromptCancellation {
  private final Backends backends;
  private final RunningPrompts running;
  private final ObjectMapper json;

  public PromptCancellation(Backends backends, RunningPrompts running, ObjectMapper json) {
    this.backends = backends;
    this.running = running;
    this.json = json;
  }

  /**
   * Takes a cancelled prompt that is to be stopped: sets {@code runningPrompt}, {@code
   * promptToStop} and {@code backend}, or nothing where it is being stopped already.
   */
  public void take(Exchange exchange, @Body UUID id) {
    running
        .find(id)
        .filter(prompt -> running.requestStop(id, "cancelled"))
        .ifPresent(prompt -> set(exchange, prompt, backends));
  }

  static void set(Exchange exchange, RunningPrompt prompt, Backends backends) {
    backends
        .find(prompt.backend())
        .ifPresent(
            backend -> {
              exchange.setProperty("runningPrompt", prompt);
              exchange.setProperty("promptToStop", prompt.job());
              exchange.setProperty("backend", backend);
            });
  }

  /** The body of {@code POST /api/jobs/{id}/cancel}; the path names the prompt. */
  public String cancelBody(Exchange exchange) {
    exchange.setProperty("contentType", "application/json");
    return "{}";
  }

  /** Reads the answer of {@code POST /api/jobs/{id}/cancel}: sets {@code cancelledThere}. */
  public void readCancelled(
      Exchange exchange, @Header(Exchange.HTTP_RESPONSE_CODE) int status, @Body InputStream answer)
      throws IOException {
    boolean done = status == 200 && json.readTree(answer).path("cancelled").isBoolean();
    exchange.setProperty("cancelledThere", done);
  }

  /** The body of {@code POST /queue} that takes the prompt out of the queue. */
  public String deleteBody(Exchange exchange, @ExchangeProperty("promptToStop") UUID prompt) {
    return delete(exchange, prompt.toString());
  }

  /** The body of {@code POST /queue} that takes out what was queued under another id. */
  public String deleteForeignBody(
      Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    return delete(
        exchange, ObjectHelper.getException(ForeignPromptException.class, why).promptId());
  }

  private String delete(Exchange exchange, String promptId) {
    exchange.setProperty("contentType", "application/json");
    ObjectNode body = json.createObjectNode();
    body.putArray("delete").add(promptId);
    return body.toString();
  }

  /** The body of {@code POST /interrupt}. It names the prompt, so that no other is stopped. */
  public String interruptBody(@ExchangeProperty("promptToStop") UUID prompt) {
    return json.createObjectNode().put("prompt_id", prompt.toString()).toString();
  }

  /**
   * Requires that a server has done what it was asked to do.
   *
   * @throws IOException where it answered another status than 200; the request is then repeated
   */
  public void requireStopped(
      @ExchangeProperty("path") String path, @Header(Exchange.HTTP_RESPONSE_CODE) int status)
      throws IOException {
    ComfyAnswer.requireOk(status, "POST " + path);
  }
}
