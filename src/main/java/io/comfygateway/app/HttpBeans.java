package io.comfygateway.app;

import io.comfygateway.access.RequestInfo;
import io.comfygateway.api.AwaitedJobs;
import io.comfygateway.database.Commits;
import io.comfygateway.http.ContractOperations;
import io.comfygateway.http.Doors;
import io.comfygateway.http.GatewayHttpEngine;
import io.comfygateway.http.GatewayHttpServer;
import io.comfygateway.http.LongPolls;
import io.comfygateway.http.ProblemBody;
import io.comfygateway.http.RequestGate;
import io.comfygateway.http.SocketEndpoint;
import io.comfygateway.route.Contract;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.rest.openapi.RestOpenApiComponent;

/** The HTTP server: its address, the request gate and the long polls. */
final class HttpBeans {
  private final Listening listening;
  private final RequestGate gate = new RequestGate();
  private final Doors doors = new Doors();
  private final ProblemBody problems;
  private final LongPolls longPolls;
  private final Commits commits;

  HttpBeans(SharedBeans shared, StoreBeans store, OutputBeans output, SinkBeans sink) {
    this.listening = new Listening(shared.settings());
    this.problems = new ProblemBody(shared.json(), doors);
    this.longPolls =
        new LongPolls(
            new AwaitedJobs(
                store.jobs().queries(),
                store.deliveries().queries(),
                () -> !sink.destinations().names().isEmpty()));
    this.commits = shared.database();
  }

  /** Serves the routes of a context. */
  void bindTo(CamelContext context) {
    doors.serve(context);
    context
        .getRegistry()
        .bind(
            PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME,
            new GatewayHttpEngine(
                new GatewayHttpEngine.Answering(
                    problems,
                    longPolls,
                    gate,
                    Contract.shipped(),
                    context.createProducerTemplate(),
                    commits)));
    ContractOperations operations = new ContractOperations();
    operations.setCamelContext(context);
    context
        .getComponent("rest-openapi", RestOpenApiComponent.class)
        .setRestOpenapiProcessorStrategy(operations);
  }

  /**
   * Listens. Requests wait at the gate until there are routes.
   *
   * @param known whether a request has a valid key
   * @param answered is called with every answer
   * @param sockets the WebSockets on the same port
   * @throws Exception where another program has taken the port
   */
  void listen(
      CamelContext context,
      Predicate<RequestInfo> known,
      GatewayHttpServer.Answered answered,
      SocketEndpoint sockets)
      throws Exception {
    listening.begin(context, gate, problems, known, answered, sockets);
  }

  Listening listening() {
    return listening;
  }

  RequestGate gate() {
    return gate;
  }

  LongPolls longPolls() {
    return longPolls;
  }
}
