package io.comfygateway.flow;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * What may stand before a ComfyUI: it hands requests on, and answers some in its own way.
 * WebSockets are refused.
 */
final class OddServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient http = HttpClient.newHttpClient();
  private final String comfy;
  private final List<Rule> rules = new CopyOnWriteArrayList<>();

  /** What is asked: method and path such as {@code POST /prompt}, and the body. */
  record Asked(String line, String body) {}

  /** What is answered in the place of ComfyUI. */
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  /** What is handed on in the place of what was sent. */
  interface Change {
    String of(String body);
  }

  private record Rule(
      Predicate<Asked> which,
      Optional<Answer> answer,
      Optional<Change> change,
      AtomicInteger left,
      AtomicInteger used) {}

  private OddServer(HttpServer server, String comfy) {
    this.server = server;
    this.comfy = comfy;
  }

  static OddServer before(Comfy comfy) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      OddServer odd = new OddServer(server, comfy.url());
      server.createContext("/", odd::handle);
      server.setExecutor(odd.threads);
      server.start();
      return odd;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers requests itself; tells how many it has answered so. */
  AtomicInteger answer(Predicate<Asked> which, int times, Answer answer) {
    AtomicInteger used = new AtomicInteger();
    rules.add(
        new Rule(which, Optional.of(answer), Optional.empty(), new AtomicInteger(times), used));
    return used;
  }

  /** Hands everything on from now on. */
  void clear() {
    rules.clear();
  }

  /** Changes the bodies of requests. */
  void change(Predicate<Asked> which, Change change) {
    rules.add(
        new Rule(
            which,
            Optional.empty(),
            Optional.of(change),
            new AtomicInteger(Integer.MAX_VALUE),
            new AtomicInteger()));
  }

  /** {@code POST /prompt} with some text in its body. */
  static Predicate<Asked> prompt(String text) {
    return asked -> asked.line().equals("POST /prompt") && asked.body().contains(text);
  }

  static Predicate<Asked> line(String start) {
    return asked -> asked.line().startsWith(start);
  }

  /** A whole answer; headers are names and values in turn. */
  static Answer answer(int status, String contentType, String body, String... headers) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", contentType);
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  /** 200, and so many MB of blanks. */
  static Answer blanks(int megabytes) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, 0);
      byte[] megabyte = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
      try (OutputStream body = exchange.getResponseBody()) {
        for (int i = 0; i < megabytes; i++) {
          body.write(megabyte);
        }
      }
    };
  }

  /** 200 with so many header lines of 1 KB. */
  static Answer headers(int lines) {
    return exchange -> {
      for (int i = 0; i < lines; i++) {
        exchange.getResponseHeaders().set("X-" + i, "x".repeat(1000));
      }
      exchange.sendResponseHeaders(200, -1);
    };
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestURI().getPath().equals("/ws")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] body = exchange.getRequestBody().readAllBytes();
      Asked asked =
          new Asked(
              exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(),
              new String(body, StandardCharsets.UTF_8));
      for (Rule rule : rules) {
        if (rule.which().test(asked) && rule.left().getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
          rule.used().incrementAndGet();
          if (rule.answer().isPresent()) {
            rule.answer().get().to(exchange);
            return;
          }
          body = rule.change().orElseThrow().of(asked.body()).getBytes(StandardCharsets.UTF_8);
        }
      }
      handOn(exchange, body);
    }
  }

  private void handOn(HttpExchange exchange, byte[] body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(comfy + exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Content-Type"))
        .ifPresent(type -> request.header("Content-Type", type));
    try {
      HttpResponse<byte[]> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      answer
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      int length = answer.body().length;
      exchange.sendResponseHeaders(answer.statusCode(), length == 0 ? -1 : length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
