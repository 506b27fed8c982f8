package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.UUID;

/** {@code /ws}: the WebSocket that reports on a client's prompts. */
final class SocketRoutes {
  private final Vertx vertx;
  private final Api api;
  private final PythonJson json;
  private final PromptQueue queue;
  private final ClientSockets sockets;
  private final Faults faults;
  private final ObjectNode features;

  SocketRoutes(
      Vertx vertx,
      Api api,
      PythonJson json,
      PromptQueue queue,
      ClientSockets sockets,
      Faults faults,
      SimulatedVersion version) {
    this.vertx = vertx;
    this.api = api;
    this.json = json;
    this.queue = queue;
    this.sockets = sockets;
    this.faults = faults;
    this.features = InfoRoutes.features(json, version);
  }

  void bind() {
    api.get("/ws", this::open);
  }

  private void open(RoutingContext ctx) {
    if (faults.refusesWebSockets()) {
      api.empty(ctx, 503);
      return;
    }
    String given = ctx.request().getParam("clientId", "");
    String clientId = given.isEmpty() ? UUID.randomUUID().toString().replace("-", "") : given;
    ctx.request()
        .toWebSocket()
        .onSuccess(
            socket -> {
              ObjectNode status = json.object();
              status.set("status", PromptRoutes.execInfo(json, queue));
              sockets.connect(
                  clientId,
                  socket,
                  vertx.getOrCreateContext(),
                  status.put("sid", clientId),
                  features);
              catchUp(clientId);
            });
  }

  // A client that reconnects while its prompt runs gets the node that runs.
  private void catchUp(String clientId) {
    queue
        .running()
        .filter(run -> run.prompt().clientId().equals(Optional.of(clientId)))
        .flatMap(Run::node)
        .ifPresent(node -> sockets.send(clientId, "executing", json.object().put("node", node)));
  }
}
