package io.comfygateway.http;

import io.comfygateway.job.Commits;
import io.comfygateway.route.Contract;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * The engine of the {@code platform-http} component, with consumers that hold no thread while a
 * route waits.
 */
public final class GatewayHttpEngine extends VertxPlatformHttpEngine {
  private final Answering answering;
  private final ResponseWriter writer;

  /**
   * What every consumer answers with: errors without a body, the requests that are held, the door
   * through which they come, the contract that says where its operations read their parameters,
   * what sends them on to the route that answers, and what says when everything that an answer can
   * say is sure to be there after a crash.
   */
  public record Answering(
      ProblemBody problems,
      LongPolls waits,
      RequestGate door,
      Contract contract,
      ProducerTemplate producer,
      Commits commits) {}

  public GatewayHttpEngine(Answering answering) {
    this.answering = answering;
    this.writer = new ResponseWriter(answering.problems());
  }

  @Override
  public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
    String router = VertxPlatformHttpRouter.getRouterNameFromPort(getServerPort());
    // The contract takes every path, so it is asked after the routes that take one.
    String place =
        GatewayHttpConsumer.isContract(endpoint)
            ? LastRouter.bind(endpoint.getCamelContext(), router)
            : router;
    return new GatewayHttpConsumer(endpoint, processor, getHandlers(), place, answering, writer);
  }
}
