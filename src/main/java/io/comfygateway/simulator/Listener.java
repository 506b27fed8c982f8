package io.comfygateway.simulator;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The port of a simulator: it can be closed and opened again, and keeps its number. */
final class Listener {
  static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final Router router;
  private final SimulatorOptions options;
  private Optional<HttpServer> server = Optional.empty();
  private int port;

  Listener(Vertx vertx, Router router, SimulatorOptions options) {
    this.vertx = vertx;
    this.router = router;
    this.options = options;
    this.port = options.port();
  }

  synchronized int port() {
    return port;
  }

  /** The root of what is served, {@code http://127.0.0.1:8188}. */
  URI url() {
    String scheme = options.tls().isPresent() ? "https" : "http";
    return URI.create(scheme + "://" + options.host() + ":" + port());
  }

  synchronized boolean isUp() {
    return server.isPresent();
  }

  /** Listens, if it does not yet. Returns when it does. */
  synchronized void open() {
    if (server.isPresent()) {
      return;
    }
    HttpServerOptions settings =
        new HttpServerOptions()
            .setHttp2ClearTextEnabled(false)
            .setHost(options.host())
            .setPort(port)
            .setMaxWebSocketFrameSize(Api.MAX_UPLOAD)
            .setCompressionSupported(false);
    options.tls().ifPresent(files -> secure(settings, files));
    HttpServer opened = vertx.createHttpServer(settings).requestHandler(router);
    await(opened.listen());
    port = opened.actualPort();
    server = Optional.of(opened);
  }

  /** Closes the port and every connection. Returns when they are closed. */
  synchronized void close() {
    server.ifPresent(open -> await(open.close()));
    server = Optional.empty();
  }

  private static void secure(HttpServerOptions settings, SimulatorOptions.Certificates files) {
    settings
        .setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .setCertPath(files.certificate().toString())
                .setKeyPath(files.key().toString()));
    files
        .clients()
        .ifPresent(
            trusted ->
                settings
                    .setClientAuth(ClientAuth.REQUIRED)
                    .setTrustOptions(new PemTrustOptions().addCertPath(trusted.toString())));
  }

  /**
   * Waits for Vert.x.
   *
   * @throws IllegalStateException if it fails, or takes longer than {@link #LONGEST_WAIT}
   */
  static void await(Future<?> future) {
    try {
      future
          .toCompletionStage()
          .toCompletableFuture()
          .get(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the simulator could not listen or stop: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("the simulator did not start or stop in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the simulator started or stopped", e);
    }
  }
}
