package io.comfygateway.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.pool.RunningPrompts;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.Exchange;

/** The step of the progress stage that reads WebSocket frames. */
public final class SocketMessages {
  private final ProgressBoard progress;
  private final RunningPrompts flights;
  private final ObjectMapper json;

  public SocketMessages(ProgressBoard progress, RunningPrompts flights, ObjectMapper json) {
    this.progress = progress;
    this.flights = flights;
    this.json = json;
  }

  /**
   * Reads a frame: sets {@code signal}, and the job's id as the body, where it is about a job of
   * this gateway; {@code flight} where its prompt starts.
   */
  public void read(Exchange exchange, @Body String text) {
    Optional<ProgressBoard.Signal> signal;
    try {
      signal = progress.read(json.readTree(text));
    } catch (JsonProcessingException notOurs) {
      // A node pack may send frames of its own that are not JSON.
      return;
    }
    signal.ifPresent(
        known -> {
          if (known.kind() == ProgressBoard.Signal.Kind.STARTED) {
            flights.started(known.job());
            flights.find(known.job()).ifPresent(flight -> exchange.setProperty("flight", flight));
          }
          exchange.setProperty("signal", known.kind().name());
          exchange.getMessage().setBody(known.job());
        });
  }
}
