package io.comfygateway.backend;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of the dispatch stage: claims jobs for backends, and keeps what the probe says of each
 * backend.
 */
public final class Dispatcher {
  /**
   * The header that goes with a claimed job to the run stage: the fencing number of the claim. A
   * job that has another by then was in other hands since.
   */
  static final String CLAIMED_FENCE = "claimedFence";

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private final JobStore jobs;
  private final Backends backends;
  private final ObjectMapper json;

  public Dispatcher(JobStore jobs, Backends backends, ObjectMapper json) {
    this.jobs = jobs;
    this.backends = backends;
    this.json = json;
  }

  /**
   * Claims the best waiting job: sets {@code claimed}, the job's id as the body, and the header
   * {@code claimedFence}.
   */
  public void claim(Exchange exchange) {
    Map<String, Integer> rooms = backends.rooms();
    Optional<Job> job = rooms.isEmpty() ? Optional.empty() : jobs.claim(rooms);
    exchange.setProperty("claimed", job.isPresent());
    job.ifPresent(
        claimed -> {
          exchange.getMessage().setBody(claimed.id());
          exchange.getMessage().setHeader(CLAIMED_FENCE, claimed.fence());
          LOG.debug(
              "claimed job={} backend={} attempt={}",
              claimed.id(),
              claimed.backend(),
              claimed.place().attempts());
        });
  }

  /** The backend answered the probe. */
  public void answered(@ExchangeProperty("backend") Backend backend) {
    backends.up(backend.name());
  }

  /**
   * Keeps the backend's answer to {@code GET /object_info}; one that names no class says nothing.
   */
  public void objectInfo(
      @ExchangeProperty("backend") Backend backend,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    if (status == 200
        && json.readTree(answer) instanceof ObjectNode classes
        && !classes.isEmpty()) {
      backends.objectInfo(backend.name(), classes);
    }
  }

  /** The backend did not answer the probe. */
  public void silent(
      @ExchangeProperty("backend") Backend backend,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    backends.down(backend.name(), reason(why));
  }

  static String reason(Exception why) {
    return why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
  }
}
