package io.comfygateway.http;

import io.comfygateway.database.Commits;
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
   * What every consumer needs.
   *
   * @param problems answers errors that have no body
   * @param waits the long polls
   * @param gate holds requests back while routes are replaced
   * @param contract says where its operations read their parameters
   * @param producer calls the route that answers a long poll
   * @param commits says when all that a response may tell is on the disk
   */
  public record Answering(
      ProblemBody problems,
      LongPolls waits,
      RequestGate gate,
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
    // The contract serves every path, so it comes after the routes that serve one.
    String place =
        GatewayHttpConsumer.isContract(endpoint)
            ? LastRouter.bind(endpoint.getCamelContext(), router)
            : router;
    return new GatewayHttpConsumer(endpoint, processor, getHandlers(), place, answering, writer);
  }
}
