package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResponseWriterTest {
  private static final int LONG = 20 * 1024 * 1024;

  private final Vertx vertx = Vertx.vertx();
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final ResponseWriter writer = new ResponseWriter(new ProblemBody(new ObjectMapper()));
  private final Buffer shared = Buffer.buffer("s".repeat(LONG));
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private HttpServer server;

  @BeforeEach
  void listen() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(this::answer)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
    camel.stop();
  }

  private void answer(HttpServerRequest request) {
    Exchange exchange = new DefaultExchange(camel);
    exchange.getMessage().setBody("/shared".equals(request.path()) ? shared : "o".repeat(LONG));
    writer.write(request, exchange, new ResponseWriter.Received(new HashMap<>(), null));
  }

  private HttpResponse<InputStream> ask(String path) {
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.actualPort() + path);
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofInputStream());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_long_answer_arrives_whole() throws IOException {
    assertThat(text(ask("/own"))).isEqualTo("o".repeat(LONG));
    assertThat(text(ask("/shared"))).isEqualTo("s".repeat(LONG));
  }

  @Test
  void more_long_answers_than_may_be_in_memory_are_refused_until_one_is_taken_or_given_up()
      throws IOException {
    HttpResponse<InputStream> untaken = ask("/own");
    assertThat(untaken.statusCode()).isEqualTo(200);

    HttpResponse<InputStream> refused = ask("/own");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).contains("1");
    assertThat(text(refused)).contains("\"/problems/busy\"");
    HttpResponse<InputStream> page = ask("/shared");
    assertThat(page.statusCode()).as("it takes no more memory").isEqualTo(200);
    page.body().close();

    untaken.body().close();
    Awaitility.await().until(() -> isTaken(ask("/own")));
    assertThat(isTaken(ask("/own"))).isTrue();
  }

  private static String text(HttpResponse<InputStream> answer) throws IOException {
    return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static boolean isTaken(HttpResponse<InputStream> answer) throws IOException {
    try (InputStream body = answer.body()) {
      return answer.statusCode() == 200 && body.readAllBytes().length == LONG;
    }
  }
}
