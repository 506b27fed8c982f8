package io.comfygateway.http;

import io.comfygateway.access.RequestInfo;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of the {@code platform-http} component. Camel's own has no limits but the body's
 * (seen at 4.17.0) and only logs that it cannot listen; this one
 *
 * <ul>
 *   <li>limits the URI, the header fields, and the time that each part of a request may take;
 *   <li>names the limit in problem details;
 *   <li>serves TLS with a certificate that can be replaced while it runs;
 *   <li>fails to start where it cannot listen;
 *   <li>speaks only HTTP/1.1: an upgrade to HTTP/2 would get past a proxy that filters requests.
 * </ul>
 */
public final class GatewayHttpServer extends VertxPlatformHttpServer {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayHttpServer.class);
  private static final int FIRST = Integer.MIN_VALUE;
  // Clients only say what they understand.
  private static final int CLIENT_MESSAGE_BYTES = 65_536;

  private final Place place;
  private final Manner manner;
  private final Optional<KeyCertOptions> certificate;

  @SuppressWarnings("NullAway.Init")
  private Router router;

  private @Nullable HttpServer server;

  /**
   * Where it listens.
   *
   * @param port 0 for any free one
   * @param uploads the folder of the files of forms, until they are stored
   */
  public record Place(String host, int port, Path uploads) {
    private VertxPlatformHttpServerConfiguration configuration() {
      VertxPlatformHttpServerConfiguration configuration =
          new VertxPlatformHttpServerConfiguration();
      configuration.setBindHost(host);
      configuration.setBindPort(port);
      return configuration;
    }
  }

  /**
   * How it answers.
   *
   * @param limits how much of it a caller may use
   * @param browserRules the header fields for browsers
   * @param problems how it answers errors
   * @param known whether a request has a valid key; a large body without one is not read
   * @param answered is called after every response
   * @param gate is shut when the gateway stops
   * @param sockets the WebSockets on the same port
   * @param pages answers requests for the gateway's own pages and passes all others on
   */
  public record Manner(
      HttpLimits limits,
      BrowserRules browserRules,
      ProblemBody problems,
      Predicate<RequestInfo> known,
      Answered answered,
      RequestGate gate,
      SocketEndpoint sockets,
      Handler<RoutingContext> pages) {}

  /** Is called after responses. */
  public interface Answered {
    /**
     * A request was answered.
     *
     * @param took from its header fields to the end of the response
     */
    void answered(int status, Duration took);
  }

  /**
   * Creates it; it listens once it is added to a context that has a Vert.x.
   *
   * @param certificate what it serves TLS with; empty for plain HTTP
   */
  public GatewayHttpServer(Place place, Manner manner, Optional<KeyCertOptions> certificate) {
    super(place.configuration());
    this.place = place;
    this.manner = manner;
    this.certificate = certificate;
  }

  @Override
  public HttpServer getServer() {
    return listening();
  }

  @Override
  public int getPort() {
    return server == null ? place.port() : server.actualPort();
  }

  private HttpServer listening() {
    return Objects.requireNonNull(server, "it does not listen");
  }

  /** Serves new connections with another certificate; those that are open stay. */
  public Future<Boolean> exchange(KeyCertOptions newer) {
    return listening().updateSSLOptions(options(newer).getSslOptions());
  }

  @Override
  protected void initializeServer() {
    Vertx vertx = getVertx();
    router = Router.router(vertx);
    Router ofCamel = Router.router(vertx);
    router.route("/*").subRouter(ofCamel);
    String name = VertxPlatformHttpRouter.getRouterNameFromPort(place.port());
    BodyGate bodies =
        new BodyGate(
            place.uploads(),
            manner.limits().sizes().bodyBytes(),
            manner.known(),
            manner.problems());
    getCamelContext()
        .getRegistry()
        .bind(
            name,
            new VertxPlatformHttpRouter(this, vertx, ofCamel, name) {
              @Override
              public Handler<RoutingContext> bodyHandler() {
                return bodies.handler();
              }
            });
  }

  /**
   * Listens.
   *
   * @throws java.io.IOException where it cannot
   */
  @Override
  protected void startServer() throws Exception {
    HttpServerOptions options = certificate.map(this::options).orElseGet(this::options);
    OpenConnections connections =
        new OpenConnections(manner.limits(), manner.problems(), getVertx(), options);
    HeaderRules headers = new HeaderRules(manner.limits().sizes().headers(), manner.problems());
    QueryRules queries = new QueryRules(manner.problems());
    UncaughtFailures.install(getVertx());
    router
        .route()
        .order(FIRST)
        .handler(UncaughtFailures::begin)
        .handler(ClientUrls::rewrite)
        .handler(this::tell)
        .handler(connections::requested)
        .handler(manner.browserRules()::apply)
        .handler(headers::check)
        .handler(queries::check)
        .handler(request -> manner.browserRules().refuseForeign(request, manner.problems()))
        .handler(manner.pages());
    manner
        .sockets()
        .install(
            router,
            new SocketEndpoint.Serving(
                getVertx(), manner.browserRules(), manner.problems(), manner.gate(), connections));
    server =
        getVertx()
            .createHttpServer(options)
            .connectionHandler(connections::opened)
            .invalidRequestHandler(this::invalid)
            .requestHandler(router);
    try {
      server.listen(place.port(), place.host()).toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
    connections.watch();
    LOG.info("listening host={} port={} tls={}", place.host(), getPort(), certificate.isPresent());
  }

  private HttpServerOptions options() {
    int formBytes = (int) Math.min(Integer.MAX_VALUE, manner.limits().sizes().bodyBytes());
    return new HttpServerOptions()
        .setMaxInitialLineLength(manner.limits().sizes().uriBytes())
        .setMaxHeaderSize(manner.limits().sizes().headerBytes())
        // A graph may be a field of a form; the body's limit applies to all fields together.
        .setMaxFormAttributeSize(formBytes)
        .setMaxWebSocketFrameSize(CLIENT_MESSAGE_BYTES)
        .setMaxWebSocketMessageSize(CLIENT_MESSAGE_BYTES)
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setHttp2ClearTextEnabled(false)
        .setCompressionSupported(false)
        .setDecompressionSupported(false);
  }

  private HttpServerOptions options(KeyCertOptions pem) {
    // TLS 1.2 and 1.3 are what Vert.x enables by default; a newer version may enable others.
    return options()
        .setSsl(true)
        .setUseAlpn(false)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
        .setKeyCertOptions(pem);
  }

  private void tell(RoutingContext request) {
    long begun = System.nanoTime();
    // A stream is answered when it begins.
    AtomicLong taken = new AtomicLong();
    request.addHeadersEndHandler(headers -> taken.set(System.nanoTime() - begun));
    request.addEndHandler(
        sent -> {
          if (sent.succeeded()) {
            manner
                .answered()
                .answered(
                    request.response().getStatusCode(),
                    Duration.ofNanos(isStream(request) ? taken.get() : System.nanoTime() - begun));
          }
        });
    request.next();
  }

  private static boolean isStream(RoutingContext request) {
    return ResponseStream.CONTENT_TYPE.equals(request.response().headers().get("Content-Type"));
  }

  // A request that the decoder could not read.
  private void invalid(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    request.response().putHeader("Connection", "close");
    manner
        .problems()
        .write(request, problem(cause))
        .onComplete(
            sent -> {
              manner.answered().answered(request.response().getStatusCode(), Duration.ZERO);
              request.connection().close();
            });
  }

  private Problem problem(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return new Problem(
          ProblemType.URI_TOO_LONG,
          "The first line of the request is longer than %d bytes (gateway.http.max-uri-bytes)."
              .formatted(manner.limits().sizes().uriBytes()));
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new Problem(
          ProblemType.HEADERS_TOO_LARGE,
          "The header fields are larger than %d bytes together (gateway.http.max-header-bytes)."
              .formatted(manner.limits().sizes().headerBytes()));
    }
    return new Problem(
        ProblemType.INVALID_REQUEST, "This is no HTTP/1.1 request that can be read one way only.");
  }

  @Override
  protected void stopServer() {
    if (server != null) {
      getCamelContext().removeComponent(PlatformHttpConstants.PLATFORM_HTTP_COMPONENT_NAME);
      server.close().toCompletionStage().toCompletableFuture().join();
      server = null;
    }
  }
}
