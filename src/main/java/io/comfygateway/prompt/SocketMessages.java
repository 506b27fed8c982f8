package io.comfygateway.prompt;

import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.pool.SocketFrame;
import java.io.IOException;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.Exchange;

/** Reads the text frames of the WebSockets. */
public final class SocketMessages {
  private final ProgressBoard progress;
  private final RunningPrompts runningPrompts;

  public SocketMessages(ProgressBoard progress, RunningPrompts runningPrompts) {
    this.progress = progress;
    this.runningPrompts = runningPrompts;
  }

  /**
   * Reads a frame: sets {@code signal}, and the job's id as the body, where it is about a job of
   * this gateway; {@code runningPrompt} where its prompt starts.
   */
  public void read(Exchange exchange, @Body String text) {
    Optional<ProgressBoard.Signal> signal;
    try {
      signal = progress.read(SocketFrame.read(text));
    } catch (IOException notOurs) {
      // A node pack may send frames of its own that are not JSON, or huge.
      return;
    }
    signal.ifPresent(
        known -> {
          if (known.kind() == ProgressBoard.Signal.Kind.STARTED) {
            runningPrompts.started(known.job());
            runningPrompts
                .find(known.job())
                .ifPresent(prompt -> exchange.setProperty("runningPrompt", prompt));
          }
          exchange.setProperty("signal", known.kind().name());
          exchange.getMessage().setBody(known.job());
        });
  }
}
