package io.comfygateway.demo;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A receiver of callbacks on a free loopback port, as a caller of the gateway would run. It records
 * every request and answers as configured. A delayed response does not block a thread.
 */
public final class CallbackReceiver implements AutoCloseable {
  private static final int NO_CONTENT = 204;
  private final Vertx vertx;
  private final HttpServer server;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private volatile Function<Received, Reply> answering;

  /**
   * A received request.
   *
   * @param at when it was complete
   * @param target path and query
   * @param headers by name, in any letter case
   * @param body its bytes
   */
  public record Received(
      Instant at, String method, String target, Map<String, List<String>> headers, byte[] body) {
    /** The body as text. */
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
      return headers.getOrDefault(name, List.of()).stream().findFirst();
    }
  }

  /**
   * A response.
   *
   * @param after the delay before it
   */
  public record Reply(int status, Map<String, String> headers, String body, Duration after) {
    public static Reply of(int status) {
      return new Reply(status, Map.of(), "", Duration.ZERO);
    }
  }

  private CallbackReceiver(Function<Received, Reply> answering) {
    this.answering = answering;
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1));
    this.server = vertx.createHttpServer().requestHandler(this::receive);
  }

  /** Starts a receiver that answers 204 to everything. */
  public static CallbackReceiver start() {
    return start(request -> Reply.of(NO_CONTENT));
  }

  /**
   * Starts a receiver that answers as the function says, which must not block. A request is in
   * {@link #received} once the function has returned.
   */
  public static CallbackReceiver start(Function<Received, Reply> answering) {
    CallbackReceiver receiver = new CallbackReceiver(answering);
    receiver.server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    return receiver;
  }

  /** Changes how it answers. */
  public void answer(Function<Received, Reply> otherwise) {
    answering = otherwise;
  }

  /** A URL of the receiver, which accepts any path. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.actualPort() + "/callback");
  }

  /** The requests so far, in order. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  private void receive(HttpServerRequest request) {
    request.body().onSuccess(body -> reply(request, body));
  }

  private void reply(HttpServerRequest request, Buffer body) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    request.headers().names().forEach(name -> headers.put(name, request.headers().getAll(name)));
    Received complete =
        new Received(
            Instant.now(), request.method().name(), request.uri(), headers, body.getBytes());
    Reply reply = answering.apply(complete);
    received.add(complete);
    HttpServerResponse response = request.response().setStatusCode(reply.status());
    reply.headers().forEach(response::putHeader);
    long millis = reply.after().toMillis();
    if (millis == 0) {
      response.end(reply.body());
    } else {
      vertx.setTimer(millis, timer -> response.end(reply.body()));
    }
  }

  /** Stops and closes open connections. */
  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
