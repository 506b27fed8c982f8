package io.comfygateway.flow;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that keeps what is PUT or POSTed under its path, as WebDAV servers do. */
final class DavServer implements AutoCloseable {
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile int failure = 503;
  private int port;
  private HttpServer server;
  private ExecutorService threads;

  /** A request with a body, as it came. */
  record Request(String method, String target, Map<String, List<String>> headers, byte[] body) {
    String header(String name) {
      return headers.getOrDefault(name, List.of("")).get(0);
    }
  }

  static DavServer start() {
    DavServer dav = new DavServer();
    dav.comeUp();
    return dav;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** What is there, by path. */
  Map<String, byte[]> files() {
    return files;
  }

  List<Request> requests() {
    return requests;
  }

  /** Answers so many requests with a status after it has read half of the body. */
  void failNext(int times, int status) {
    failure = status;
    failures.set(times);
  }

  /** Ends as a process does that is killed: open connections break. */
  synchronized void goDown() {
    server.stop(0);
    threads.shutdownNow();
  }

  synchronized void comeUp() {
    try {
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    port = server.getAddress().getPort();
    threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.createContext("/", this::take);
    server.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        exchange.getRequestBody().readNBytes(10);
        exchange.sendResponseHeaders(failure, -1);
        return;
      }
      byte[] body = exchange.getRequestBody().readAllBytes();
      String length = exchange.getRequestHeaders().getFirst("Content-Length");
      if (length == null || Long.parseLong(length) != body.length) {
        exchange.sendResponseHeaders(411, -1);
        return;
      }
      requests.add(
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              exchange.getRequestHeaders(),
              body));
      files.put(exchange.getRequestURI().getPath(), body);
      exchange.sendResponseHeaders(201, -1);
    }
  }

  @Override
  public void close() {
    goDown();
  }
}
