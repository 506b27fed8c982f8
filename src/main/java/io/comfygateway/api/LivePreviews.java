package io.comfygateway.api;

import io.comfygateway.access.Caller;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.job.Job;
import io.comfygateway.pool.Previews;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** Shows previews of the jobs that run on this gateway's servers. */
public final class LivePreviews {
  private static final int OK = 200;
  private final Previews previews;
  private final Predicate<String> areShown;

  /**
   * Makes it.
   *
   * @param areShown whether the jobs of a caller have previews, by its name
   */
  public LivePreviews(Previews previews, Predicate<String> areShown) {
    this.previews = previews;
    this.areShown = areShown;
  }

  /** The numbers of the previews that have come since the last call, by job. */
  Map<UUID, Integer> takeNew() {
    return previews.takeNew();
  }

  /** Whether the jobs of a caller have previews. */
  boolean areShown(String owner) {
    return areShown.test(owner);
  }

  /**
   * 200 with the newest preview of a job.
   *
   * @throws Problem where there is none: its prompt does not run on a server of this gateway, has
   *     sent none yet, or its key is created without previews
   */
  public void show(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty("job") Job job) {
    Previews.Preview preview =
        previews
            .find(job.id())
            .filter(it -> areShown(job.owner()) && areShown(caller.name()))
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.NOT_FOUND,
                        "The job has no preview: it does not run on a server of this gateway, or has sent none yet."));
    exchange.setProperty(GatewayHttpConsumer.DURABLE, true);
    Responses.send(exchange, OK, preview.contentType(), preview.picture());
  }
}
