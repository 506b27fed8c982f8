package io.comfygateway.stream;

import io.comfygateway.SettableClock;
import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.job.Draft;
import io.comfygateway.job.JobEvent;
import io.comfygateway.job.Jobs;
import io.comfygateway.job.TestJobs;
import io.comfygateway.problem.Problem;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/** Streams behind a bare HTTP server: the path is the name of the caller. */
final class StreamFixture implements AutoCloseable {
  final SettableClock clock = new SettableClock();
  final Database database;
  final Jobs jobs;
  final Set<String> revoked = ConcurrentHashMap.newKeySet();
  final List<StreamEvent> progress = new CopyOnWriteArrayList<>();
  final EventStreams streams;
  volatile UnaryOperator<String> data = job -> "{\"job\":\"" + job + "\"}";
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  private final HttpServer server;

  StreamFixture(Path folder, StreamLimits limits) {
    database = new Database(DatabaseKind.H2.inNewPlace(folder), 4);
    jobs = TestJobs.in(database, clock);
    streams =
        new EventStreams(
            jobs.events(),
            database,
            new Plain(),
            limits,
            caller -> !revoked.contains(caller),
            clock);
    streams.start();
    Router router = Router.router(vertx);
    router.route().handler(this::open);
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  private void open(RoutingContext request) {
    String last = request.request().getHeader("Last-Event-ID");
    try {
      streams.stream(
              new Subscription(
                  request.request().path().substring(1),
                  new EventFilter(
                      Optional.empty(), Optional.empty(), Set.of(), Optional.empty(), Map.of()),
                  last == null ? streams.now() : EventId.parse(last).orElseThrow(),
                  () -> true))
          .open(request);
    } catch (Problem refused) {
      request.response().setStatusCode(refused.status()).end(refused.getMessage());
    }
  }

  /** One event for each row, with what the test wants as its data. */
  private final class Plain implements EventRenderer {
    @Override
    public List<StreamEvent> changes(List<JobEvent> rows) {
      List<StreamEvent> events = new ArrayList<>();
      for (JobEvent row : rows) {
        events.add(event("status", row.sequence(), row.job()));
      }
      return events;
    }

    @Override
    public List<StreamEvent> progress(boolean isListened) {
      List<StreamEvent> newest = List.copyOf(progress);
      progress.removeAll(newest);
      return newest;
    }

    @Override
    public boolean isOver(UUID job) {
      return false;
    }
  }

  StreamEvent event(String name, long row, UUID job) {
    return new StreamEvent(
        name,
        row,
        0,
        new StreamEvent.Subject(job, "me", Optional.empty(), "queued", Map.of()),
        data.apply(job.toString()));
  }

  /** Stores a job, which is one row of the log. */
  UUID accept() {
    return jobs.queue().accept(Draft.of("me").build(), () -> {}).id();
  }

  int port() {
    return server.actualPort();
  }

  /** A connection on which a stream was asked for. */
  Socket connect(String caller, String... headers) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8_192);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
    socket
        .getOutputStream()
        .write(
            ("GET /" + caller + " HTTP/1.1\r\nHost: test\r\n" + String.join("", headers) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  void awaitStreams(int count) {
    Awaitility.await().until(() -> streams.count() == count);
  }

  @Override
  public void close() {
    streams.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    database.close();
  }
}
