package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamBodyTest {
  private static final int PIECES = 20_000;

  private final AtomicInteger closed = new AtomicInteger();
  private Vertx vertx;
  private HttpServer server;

  /** One byte at a time, so that there are as many pieces; it may break before its end. */
  private final class Trickle extends InputStream {
    private final int breaksAfter;
    private int read;

    Trickle(int breaksAfter) {
      this.breaksAfter = breaksAfter;
    }

    @Override
    public int read() throws IOException {
      if (read == breaksAfter) {
        throw new IOException("the source is gone");
      }
      return read++ < PIECES ? 'x' : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int next = read();
      into[offset] = (byte) next;
      return next < 0 ? -1 : 1;
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  @BeforeAll
  void serve() throws Exception {
    vertx = Vertx.vertx();
    WorkerExecutor workers = vertx.createSharedWorkerExecutor("readers", 2);
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  int breaksAfter = request.path().equals("/broken") ? 10 : -1;
                  StreamBody body = new StreamBody(() -> new Trickle(breaksAfter), PIECES);
                  body.open(workers).compose(in -> body.send(in, request.response(), workers));
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
  }

  @AfterAll
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.actualPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  @Test
  void a_body_of_many_pieces_is_sent_and_its_stream_closed() throws Exception {
    int before = closed.get();

    HttpResponse<String> answer = get("/whole");

    assertThat(answer.headers().firstValue("Content-Length")).contains(String.valueOf(PIECES));
    assertThat(answer.body()).isEqualTo("x".repeat(PIECES));
    await().until(() -> closed.get() == before + 1);
  }

  @Test
  void a_stream_that_breaks_is_no_whole_body_and_is_closed_too() {
    int before = closed.get();

    assertThatThrownBy(() -> get("/broken")).isInstanceOf(IOException.class);

    await().until(() -> closed.get() == before + 1);
  }
}
