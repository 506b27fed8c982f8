package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Binds paths to what answers them, under {@code /} and under {@code /api}, and counts requests.
 */
final class Api {
  /** The largest body that the server takes, in bytes. */
  static final int MAX_UPLOAD = 104_857_600;

  private static final int BAD_JSON = 500;

  private final Router router;
  private final PythonJson json;
  private final Counters counters;
  private final BodyHandler bodies;

  Api(Router router, PythonJson json, Counters counters, Path uploads, SimulatedVersion version) {
    this.router = router;
    this.json = json;
    this.counters = counters;
    this.bodies =
        BodyHandler.create(uploads.toString())
            .setBodyLimit(MAX_UPLOAD)
            .setDeleteUploadedFilesOnEnd(false);
    router
        .route()
        .handler(
            ctx -> {
              if (ctx.request().path().contains("//")) {
                ctx.fail(404);
              } else if (version.is033() && isCrossSite(ctx)) {
                empty(ctx, 403);
              } else {
                ctx.next();
              }
            });
    // A path that is not there is answered by the handler of ComfyUI's static files.
    router.errorHandler(
        404,
        ctx ->
            ctx.response()
                .setStatusCode(404)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/octet-stream")
                .end());
    router.errorHandler(BAD_JSON, this::trouble);
  }

  /**
   * @param path with its parameters in braces, {@code /history/{prompt_id}}
   */
  void get(String path, Handler<RoutingContext> handler) {
    bind(HttpMethod.GET, path, handler);
  }

  void post(String path, Handler<RoutingContext> handler) {
    bind(HttpMethod.POST, path, handler);
  }

  /** Binds a path of the simulator's own, which is neither counted nor found under /api. */
  void control(HttpMethod method, String path, Handler<RoutingContext> handler) {
    Route route = router.route(method, path);
    if (method.equals(HttpMethod.POST)) {
      route.handler(bodies);
    }
    route.handler(handler);
  }

  /** Binds a path that is there under /api alone. */
  void underApi(HttpMethod method, String path, Handler<RoutingContext> handler) {
    bind(method, path, List.of("/api"), handler);
  }

  private void bind(HttpMethod method, String path, Handler<RoutingContext> handler) {
    bind(method, path, List.of("", "/api"), handler);
  }

  private void bind(
      HttpMethod method, String path, List<String> prefixes, Handler<RoutingContext> handler) {
    String counted = method + " " + path;
    for (String prefix : prefixes) {
      Route route = router.route(method, prefix + path.replace("{", ":").replace("}", ""));
      if (method.equals(HttpMethod.GET)) {
        route.method(HttpMethod.HEAD);
      }
      if (method.equals(HttpMethod.POST)) {
        route.handler(bodies);
      }
      route.handler(
          ctx -> {
            counters.requested(counted);
            handler.handle(ctx);
          });
    }
  }

  /** The request's body as JSON; empty where it is none, which has then been answered. */
  Optional<JsonNode> body(RoutingContext ctx) {
    try {
      JsonNode body = json.parse(bytes(ctx));
      if (!body.isMissingNode()) {
        return Optional.of(body);
      }
    } catch (IOException e) {
      // Answered below, as the original answers it.
    }
    trouble(ctx);
    return Optional.empty();
  }

  /** The request's body as JSON; empty where there is none or it cannot be read. */
  Optional<JsonNode> optionalBody(RoutingContext ctx) {
    try {
      return Optional.of(json.parse(bytes(ctx)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void json(RoutingContext ctx, int status, JsonNode body) {
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8");
    end(ctx, Buffer.buffer(json.write(body)));
  }

  /** Ends the answer with a body, which the answer to HEAD names the length of and leaves out. */
  static void end(RoutingContext ctx, Buffer body) {
    if (ctx.request().method().equals(HttpMethod.HEAD)) {
      ctx.response().putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length())).end();
    } else {
      ctx.response().end(body);
    }
  }

  // What a page of another site makes a browser send.
  private static boolean isCrossSite(RoutingContext ctx) {
    return "cross-site".equals(ctx.request().getHeader("Sec-Fetch-Site"));
  }

  void empty(RoutingContext ctx, int status) {
    ctx.response().setStatusCode(status).end();
  }

  /** What ComfyUI answers when it raises. */
  void trouble(RoutingContext ctx) {
    ctx.response()
        .setStatusCode(500)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
        .end("500 Internal Server Error\n\nServer got itself in trouble");
  }

  private static byte[] bytes(RoutingContext ctx) {
    Buffer buffer = ctx.body().buffer();
    return buffer == null ? new byte[0] : buffer.getBytes();
  }
}
