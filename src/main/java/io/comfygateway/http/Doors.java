package io.comfygateway.http;

import io.comfygateway.access.RequestInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.support.DefaultExchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths that answer as another product does; those of ComfyUI's own API are always among them.
 * A route that begins with {@code direct:door-problem:/v1} makes a door of all paths below {@code
 * /v1}: it turns each problem of a request there, as JSON, into the error that the product would
 * send. Requests to a door may carry their key in any scheme of {@code Authorization}.
 */
public final class Doors {
  private static final Logger LOG = LoggerFactory.getLogger(Doors.class);
  private static final String PROBLEM = "direct://door-problem:";
  private static final String CLIENT_PROBLEM = "direct://comfyui-problem";
  private static final String AUTHORIZATION = "Authorization";
  private static final List<String> SCHEMES = List.of("key ", "token ");
  private volatile Optional<Serving> serving = Optional.empty();

  private record Serving(CamelContext context, ProducerTemplate producer) {}

  /** What a route made of a problem. */
  private record Shaped(Map<String, Object> headers, String body) {}

  /** From now on the routes of a context are the ones. */
  public void serve(CamelContext context) {
    serving = Optional.of(new Serving(context, context.createProducerTemplate()));
  }

  /** Whether a path is one of a door. */
  boolean has(String path) {
    return problemRoute(path).isPresent();
  }

  // The longest beginning of the path that has such a route.
  private Optional<String> problemRoute(String path) {
    boolean isOfClients = ClientUrls.isOfClients(path);
    String best = "";
    for (Route route : serving.map(it -> it.context().getRoutes()).orElse(List.of())) {
      String uri = route.getEndpoint().getEndpointUri();
      if (isOfClients && uri.equals(CLIENT_PROBLEM)) {
        return Optional.of(uri);
      }
      if (uri.startsWith(PROBLEM) && isBelow(path, uri.substring(PROBLEM.length()))) {
        best = uri.length() > best.length() ? uri : best;
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  private static boolean isBelow(String path, String prefix) {
    // A request for "*" has no path.
    return path != null
        && path.startsWith(prefix)
        && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
  }

  /**
   * A request with its key where the gateway looks for it: of {@code Authorization: Key …}, {@code
   * Token …}, and the key alone, it makes {@code Bearer}. Only for a request to a door.
   */
  RequestInfo withBearer(RequestInfo request) {
    if (!has(request.path())) {
      return request;
    }
    Map<String, List<String>> headers = new HashMap<>(request.headers());
    // Whichever way the name is written.
    headers.keySet().removeIf(AUTHORIZATION::equalsIgnoreCase);
    headers.put(AUTHORIZATION, request.values(AUTHORIZATION).stream().map(Doors::bearer).toList());
    return new RequestInfo(
        request.method(), request.path(), headers, request.peer(), request.client());
  }

  private static String bearer(String value) {
    String stripped = value.strip();
    String lower = stripped.toLowerCase(Locale.ROOT);
    for (String scheme : SCHEMES) {
      if (lower.startsWith(scheme)) {
        return "Bearer " + stripped.substring(scheme.length()).strip();
      }
    }
    return stripped.isEmpty() || stripped.contains(" ") ? stripped : "Bearer " + stripped;
  }

  /**
   * Gives a problem the shape of the door that the path belongs to; elsewhere, or where the door's
   * route fails, the problem stays as it is. The exchange holds the problem as its body, and the
   * status and headers of the response.
   */
  void shape(Exchange exchange, String path) {
    problemRoute(path)
        .flatMap(
            route ->
                shaped(
                    route,
                    exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class),
                    exchange.getMessage().getBody(String.class)))
        .ifPresent(
            shaped -> {
              exchange.getMessage().getHeaders().putAll(shaped.headers());
              exchange.getMessage().setBody(shaped.body());
            });
  }

  /**
   * Writes a response that no route made. Call it on the event loop of the connection.
   *
   * @param body the problem as JSON
   */
  Future<Void> write(HttpServerRequest request, int status, String body) {
    HttpServerResponse response = request.response();
    Optional<String> route = problemRoute(request.path());
    if (route.isEmpty()) {
      return end(response, status, body);
    }
    return Vertx.currentContext()
        .owner()
        .executeBlocking(() -> shaped(route.get(), status, body), false)
        .compose(
            shaped -> {
              if (response.ended() || response.closed() || response.headWritten()) {
                return Future.succeededFuture();
              }
              if (shaped.isEmpty()) {
                return end(response, status, body);
              }
              Map<String, Object> headers = shaped.get().headers();
              headers.forEach(
                  (name, value) -> {
                    if (!name.startsWith("Camel")) {
                      response.putHeader(name, value.toString());
                    }
                  });
              Object given = headers.get(Exchange.HTTP_RESPONSE_CODE);
              return response
                  .setStatusCode(given instanceof Integer code ? code : status)
                  .end(Buffer.buffer(shaped.get().body()));
            },
            failed -> {
              LOG.warn("door cannot shape a problem route={}", route.get(), failed);
              return end(response, status, body);
            });
  }

  private static Future<Void> end(HttpServerResponse response, int status, String body) {
    return response
        .setStatusCode(status)
        .putHeader("Content-Type", ProblemBody.CONTENT_TYPE)
        .end(body);
  }

  private Optional<Shaped> shaped(String route, Integer status, String body) {
    Serving serves = serving.orElseThrow();
    Exchange exchange = new DefaultExchange(serves.context());
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
    exchange.getMessage().setBody(body);
    try {
      serves.producer().send(route, exchange);
    } catch (RuntimeException e) {
      exchange.setException(e);
    }
    String made =
        exchange.getException() == null ? exchange.getMessage().getBody(String.class) : null;
    if (made == null) {
      LOG.warn("door cannot shape a problem route={}", route, exchange.getException());
      return Optional.empty();
    }
    return Optional.of(new Shaped(new HashMap<>(exchange.getMessage().getHeaders()), made));
  }
}
