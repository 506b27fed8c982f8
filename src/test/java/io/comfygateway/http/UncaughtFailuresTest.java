package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests whose handling throws where no router catches it. */
class UncaughtFailuresTest {
  private static Vertx vertx;
  private static HttpServer server;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    UncaughtFailures.install(vertx);
    Router router = Router.router(vertx);
    router.route().handler(UncaughtFailures::begin);
    router.route("/later").handler(UncaughtFailuresTest::later);
    router
        .route("/begun")
        .handler(
            request -> {
              request.response().setChunked(true).write("half of it");
              later(request);
            });
    router
        .route("/worker")
        .handler(
            request ->
                vertx
                    .executeBlocking(() -> "read")
                    .onSuccess(
                        read -> {
                          throw new IllegalStateException("of the test");
                        }));
    router
        .route("/answered")
        .handler(
            request -> {
              request.response().end("whole");
              later(request);
            });
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  @AfterAll
  static void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static void later(RoutingContext request) {
    request
        .vertx()
        .getOrCreateContext()
        .runOnContext(
            now -> {
              throw new IllegalStateException("of the test");
            });
  }

  // Ends when the server has closed the connection.
  private static String answer(String path) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream answer = socket.getInputStream();
      return new String(answer.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void a_failure_in_a_later_step_is_answered() throws IOException {
    assertThat(answer("/later")).startsWith("HTTP/1.1 500 ");
    assertThat(answer("/worker")).startsWith("HTTP/1.1 500 ");
  }

  @Test
  void a_response_that_has_begun_is_broken_off() throws IOException {
    assertThat(answer("/begun")).contains("half of it").doesNotContain("\r\n0\r\n");
  }

  @Test
  void a_complete_response_stays_as_it_is() throws IOException {
    assertThat(answer("/answered")).startsWith("HTTP/1.1 200 ").endsWith("whole");
  }
}
