package io.comfygateway.http;

import io.comfygateway.access.Caller;
import io.comfygateway.access.RequestInfo;
import io.comfygateway.http.connection.BoundedPongs;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens WebSockets on the server's own port: only for callers with a valid key, never for a page of
 * another origin unless it is allowed, and only so many. It closes them when their key ends, when
 * their client is gone, and when the gateway stops.
 */
public final class SocketEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(SocketEndpoint.class);
  private static final String PATH = "/ws";
  private static final int LONGEST_CLIENT_ID = 200;
  private static final short GOING_AWAY = 1001;
  private static final short POLICY = 1008;

  private final Admission admission;
  private final Sessions sessions;
  private final SocketLimits limits;
  private final MemoryBudget pending;
  private final Set<ClientSocket> open = ConcurrentHashMap.newKeySet();

  /** Decides who may open a socket. */
  public interface Admission {
    /**
     * The caller. May block.
     *
     * @throws Problem if the request is refused
     */
    Caller admit(RequestInfo request);

    /** Whether the request's credentials are still valid. May block. */
    boolean isKnown(RequestInfo request);
  }

  /** What the sockets are for. */
  public interface Sessions {
    /**
     * A socket was opened. Called on its event loop.
     *
     * @param clientId the client id that it asks for; empty if it asks for none
     */
    void opened(ClientSocket socket, String clientId);

    void closed(ClientSocket socket);
  }

  public SocketEndpoint(Admission admission, Sessions sessions, SocketLimits limits) {
    this.admission = admission;
    this.sessions = sessions;
    this.limits = limits;
    this.pending = new MemoryBudget(limits.pendingBytesInAll());
  }

  /** What the server tells of itself. */
  record Serving(
      Vertx vertx,
      BrowserRules browserRules,
      ProblemBody problems,
      RequestGate gate,
      OpenConnections connections) {}

  /** Serves {@code /ws} of a router. */
  void install(Router router, Serving serving) {
    router
        .route(HttpMethod.GET, PATH)
        .order(Integer.MIN_VALUE + 1)
        .handler(request -> open(request, serving));
    serving.vertx().setPeriodic(limits.ping().toMillis(), now -> look(serving.vertx()));
  }

  private void open(RoutingContext request, Serving serving) {
    HttpServerRequest http = request.request();
    if (serving.gate().isShut()) {
      http.response().putHeader("Connection", "close").putHeader("Retry-After", "5");
      refuse(request, serving, ProblemType.BUSY, "The gateway is stopping.");
    } else if (!"websocket".equalsIgnoreCase(http.getHeader("Upgrade"))) {
      refuse(
          request,
          serving,
          ProblemType.INVALID_REQUEST,
          "This path is a WebSocket; the request does not ask for an upgrade to one.");
    } else if (serving.browserRules().isForeign(http.headers())) {
      refuse(
          request,
          serving,
          ProblemType.FORBIDDEN,
          "A page of this origin may not open a WebSocket here (gateway.cors.origins).");
    } else if (clientId(request).length() > LONGEST_CLIENT_ID) {
      refuse(
          request,
          serving,
          ProblemType.INVALID_REQUEST,
          "The clientId is longer than %d characters.".formatted(LONGEST_CLIENT_ID));
    } else {
      admit(request, serving);
    }
  }

  private static String clientId(RoutingContext request) {
    return request.request().getParam("clientId", "");
  }

  private static void refuse(
      RoutingContext request, Serving serving, ProblemType type, String detail) {
    serving.problems().write(request.request(), new Problem(type, detail));
  }

  private void admit(RoutingContext request, Serving serving) {
    RequestInfo info = RequestInfos.of(request);
    request.request().pause();
    serving
        .vertx()
        .executeBlocking(() -> admission.admit(info), false)
        .onSuccess(caller -> upgrade(request, serving, caller))
        .onFailure(
            failed -> {
              request.request().resume();
              if (failed instanceof Problem refused) {
                serving.problems().write(request.request(), refused);
              } else {
                request.fail(failed);
              }
            });
  }

  private void upgrade(RoutingContext request, Serving serving, Caller caller) {
    long own = open.stream().filter(socket -> socket.owner().equals(caller.name())).count();
    if (own >= limits.perCaller() || open.size() >= limits.inAll()) {
      request.request().resume();
      serving
          .problems()
          .write(
              request.request(),
              new Problem(
                  ProblemType.TOO_MANY_REQUESTS,
                  own >= limits.perCaller()
                      ? "The key \"%s\" has %d WebSockets open, as many as it may have."
                          .formatted(caller.name(), own)
                      : "All WebSockets of the gateway are in use."));
      return;
    }
    request
        .request()
        .toWebSocket()
        .onFailure(
            failed -> {
              LOG.debug("WebSocket handshake failed", failed);
              if (!request.response().ended()) {
                request.fail(400);
              }
            })
        .onSuccess(socket -> opened(socket, request, serving, caller));
  }

  private void opened(
      ServerWebSocket socket, RoutingContext request, Serving serving, Caller caller) {
    UncaughtFailures.upgraded();
    serving.connections().upgraded(request.request().connection());
    BoundedPongs.limit(request.request().connection());
    ClientSocket client =
        new ClientSocket(
            socket,
            serving.vertx().getOrCreateContext(),
            RequestInfos.of(request),
            caller,
            limits,
            pending);
    open.add(client);
    socket.exceptionHandler(failed -> LOG.debug("WebSocket of a client failed", failed));
    socket.closeHandler(
        closed -> {
          open.remove(client);
          client.closed();
          sessions.closed(client);
        });
    sessions.opened(client, clientId(request));
  }

  private void look(Vertx vertx) {
    for (ClientSocket socket : open) {
      socket.ping();
    }
    vertx.executeBlocking(this::closeWithoutKey, false);
  }

  private int closeWithoutKey() {
    int closed = 0;
    for (ClientSocket socket : open) {
      if (!admission.isKnown(socket.request())) {
        socket.close(POLICY, "The key is not valid any more.");
        closed++;
      }
    }
    return closed;
  }

  /** Closes every socket: the gateway is stopping, and clients connect to another one. */
  public void close() {
    open.forEach(socket -> socket.close(GOING_AWAY, "The gateway is stopping."));
  }

  /** How many sockets are open. */
  public int count() {
    return open.size();
  }
}
