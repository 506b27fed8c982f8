package io.comfygateway.api;

import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.delivery.Redelivery;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.jspecify.annotations.Nullable;

/** The steps that find the job of a path, and have its deliveries sent again. */
public final class JobReader {
  private final JobQueries queries;
  private final Redelivery redelivery;
  private final Duration longestWait;

  /**
   * Makes the steps.
   *
   * @param longestWait how long a request is held at most
   */
  public JobReader(JobQueries queries, Redelivery redelivery, Duration longestWait) {
    this.queries = queries;
    this.redelivery = redelivery;
    this.longestWait = longestWait;
  }

  /**
   * Sets {@code job} to the caller's job of the path, and {@code wait}; a caller with the scope
   * {@code read-all} finds every caller's.
   *
   * @throws Problem where the caller has no such job
   */
  public void find(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    set(exchange, caller, Scope.READ_ALL);
  }

  /**
   * The same for a request that changes the job: only an admin finds other callers' jobs.
   *
   * @throws Problem where the caller has no such job
   */
  public void findToChange(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    set(exchange, caller, Scope.ADMIN);
  }

  private void set(Exchange exchange, Caller caller, Scope forOthers) {
    String asked = exchange.getMessage().getHeader("id", String.class);
    Job job =
        Ownership.id(asked)
            .flatMap(
                id -> Ownership.find(id, caller, forOthers, () -> queries.find(id), queries::find))
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.UNKNOWN_JOB, "There is no job \"" + asked + "\" of this key."));
    exchange.setProperty("job", job);
    Preferences preferences = Preferences.of(exchange, longestWait);
    exchange.setProperty("wait", job.status().isFinished() ? 0L : preferences.hold().toSeconds());
    exchange.setProperty(JobWithFiles.FORM, preferences.files().orElse(null));
    exchange.setProperty(Preferences.PICTURE, preferences.picture().orElse(null));
  }

  /**
   * Makes the job's deliveries due now that have ended or wait for their next try.
   *
   * @throws Problem where there is none
   */
  public void redeliver(
      @ExchangeProperty("job") Job job, @Header("destination") @Nullable String destination) {
    int due =
        destination == null ? redelivery.ofJob(job.id()) : redelivery.ofJob(job.id(), destination);
    if (due == 0) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          destination == null
              ? "The job has no delivery to send: it names no callback and no destination, or its"
                  + " deliveries are being tried now."
              : "The job has no delivery to the destination "
                  + StrictJson.shown(destination)
                  + " to send. "
                  + has(redelivery.destinations(job.id()), destination));
    }
  }

  private static String has(Set<String> destinations, String asked) {
    if (destinations.isEmpty()) {
      return "The job has no destinations.";
    }
    return destinations.contains(asked)
        ? "The delivery is being tried now, or waits for the one before it."
        : "Destinations of the job: " + String.join(", ", destinations) + ".";
  }
}
