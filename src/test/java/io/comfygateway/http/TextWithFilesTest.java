package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files inside of JSON and of messages, each sent piece by piece. */
class TextWithFilesTest {
  private static final int PIECE = 3 * 16_384;
  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger open = new AtomicInteger();
  private WorkerExecutor workers;
  private HttpServer server;
  private TextWithFiles body;

  @BeforeEach
  void listen() {
    workers = vertx.createSharedWorkerExecutor("files", 2);
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> body.send(request.response(), workers))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private HttpResponse<byte[]> ask() throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.actualPort() + "/");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray());
  }

  private static TextWithFiles inJson(List<TextWithFiles.Part> parts) {
    return new TextWithFiles(parts, TextWithFiles.Encoding.BASE64);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private InputStream counted(byte[] bytes) {
    open.incrementAndGet();
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public void close() throws IOException {
        super.close();
        open.decrementAndGet();
      }
    };
  }

  private TextWithFiles.Part part(String text, byte[] bytes) {
    return new TextWithFiles.Part(
        text, Optional.of(new StreamBody(() -> counted(bytes), bytes.length)));
  }

  private static TextWithFiles.Part end(String text) {
    return new TextWithFiles.Part(text, Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, PIECE + 2, 7 * PIECE + 5})
  void a_file_of_any_length_arrives_whole(int length) throws Exception {
    byte[] file = bytes(length);
    body = inJson(List.of(part("{\"a\":\"", file), end("\"}")));

    HttpResponse<byte[]> answer = ask();

    JsonNode json = new ObjectMapper().readTree(answer.body());
    assertThat(json.path("a").binaryValue()).isEqualTo(file);
    assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(answer.body().length);
    assertThat(open).hasValue(0);
  }

  @Test
  void several_files_and_texts_keep_their_order() throws Exception {
    byte[] one = bytes(100_000);
    byte[] two = bytes(50);
    body =
        inJson(
            List.of(part("[\"", one), part("\",\"é\",\"", two), part("", new byte[0]), end("\"]")));

    JsonNode json = new ObjectMapper().readTree(ask().body());

    assertThat(json.path(0).binaryValue()).isEqualTo(one);
    assertThat(json.path(1).asText()).isEqualTo("é");
    assertThat(json.path(2).binaryValue()).isEqualTo(two);
    assertThat(open).hasValue(0);
  }

  @Test
  void text_alone_is_sent_too() throws Exception {
    body = inJson(List.of(end("{}")));

    assertThat(new String(ask().body())).isEqualTo("{}");
  }

  @Test
  void files_of_a_message_are_sent_as_they_are() throws Exception {
    byte[] file = bytes(2 * PIECE + 1);
    body =
        new TextWithFiles(
            List.of(part("--x\r\n\r\n", file), end("\r\n--x--")), TextWithFiles.Encoding.NONE);

    byte[] sent = ask().body();

    assertThat(sent).startsWith("--x\r\n\r\n".getBytes()).endsWith("\r\n--x--".getBytes());
    assertThat(java.util.Arrays.copyOfRange(sent, 7, 7 + file.length)).isEqualTo(file);
    assertThat(sent).hasSize(7 + file.length + 7);
    assertThat(open).hasValue(0);
  }

  @Test
  void a_file_that_has_become_shorter_breaks_the_connection_and_passes_for_no_answer() {
    body =
        inJson(
            List.of(
                new TextWithFiles.Part(
                    "\"", Optional.of(new StreamBody(() -> counted(bytes(10)), 4 * PIECE))),
                end("\"")));

    assertThatThrownBy(this::ask).isInstanceOf(IOException.class);
    Awaitility.await().until(() -> open.get() == 0);
  }

  @Test
  void a_file_that_cannot_be_read_breaks_the_connection() {
    body =
        inJson(
            List.of(
                new TextWithFiles.Part(
                    "\"",
                    Optional.of(
                        new StreamBody(
                            () -> {
                              throw new UncheckedIOException(new IOException("gone"));
                            },
                            7))),
                end("\"")));

    assertThatThrownBy(this::ask).isInstanceOf(IOException.class);
  }
}
