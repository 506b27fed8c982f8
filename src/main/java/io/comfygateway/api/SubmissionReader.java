package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.NewJob;
import io.comfygateway.problem.Problem;
import io.comfygateway.workflow.SourceReader;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The step that reads a request for one job. */
public final class SubmissionReader {
  /** The exchange property with the longest wait of a request to a door. */
  static final String LONGEST_WAIT = "longestWait";

  /** The exchange property with the hash of what was asked of a door. */
  static final String REQUEST_HASH = "requestHash";

  private final RequestReader reader;
  private final Duration longestWait;

  /**
   * Makes the step.
   *
   * @param media reads the graphs of pictures, videos and sounds
   * @param longestWait how long a request is held at most
   */
  public SubmissionReader(ObjectMapper json, SourceReader media, Duration longestWait) {
    this.reader = new RequestReader(json, media);
    this.longestWait = longestWait;
  }

  /**
   * Reads the request: the body becomes its fields as a JSON object. Sets {@code workflow} where
   * the URL names one, {@code wait} (seconds), {@code binary}, {@code withFiles} and {@code
   * picture}.
   *
   * @throws Problem where the body, a field of it, or a header is not valid
   */
  public void read(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    ReceivedForm form = exchange.getProperty(GatewayHttpConsumer.FORM, ReceivedForm.class);
    Optional<String> workflow =
        Optional.ofNullable(exchange.getMessage().getHeader("workflow", String.class));
    Preferences preferences =
        Preferences.of(exchange, exchange.getProperty(LONGEST_WAIT, longestWait, Duration.class));
    ObjectNode request = reader.read(exchange, form, workflow.isPresent());
    Optional<NewJob.Idempotency> idempotency =
        IdempotencyKeys.of(
            exchange,
            () -> {
              String known = exchange.getProperty(REQUEST_HASH, String.class);
              return known == null ? reader.hash(exchange, workflow.orElse(""), form) : known;
            });
    Submission submission = new Submission(caller, form, idempotency);
    submission.request = request;
    exchange.setProperty(Submission.PROPERTY, submission);
    exchange.setProperty(RequestContent.WORKFLOW, workflow.orElse(null));
    exchange.setProperty("wait", preferences.hold().toSeconds());
    exchange.setProperty("binary", preferences.binary());
    exchange.setProperty(JobWithFiles.FORM, preferences.files().orElse(null));
    exchange.setProperty(Preferences.PICTURE, preferences.picture().orElse(null));
    exchange.getMessage().setBody(request);
  }
}
