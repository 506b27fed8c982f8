package io.comfygateway.http;

import io.comfygateway.http.connection.StrictDecoder;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to the server, each with what it waits for. Their number is limited. An idle one
 * is closed, and a body that is too slow is answered with 408. Vert.x's own idle timeout counts
 * only bytes: it would cut off a long poll, and accept a request that sends a byte now and then.
 */
final class OpenConnections {
  private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);
  private static final String SEEN = "seen-by-connections";
  private static final int LOOKS_A_LIMIT = 10;
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(1);
  private static final Duration BETWEEN_WARNINGS = Duration.ofSeconds(10);

  private final Map<HttpConnection, Line> lines = new ConcurrentHashMap<>();
  private final HttpLimits limits;
  private final ProblemBody problems;
  private final Vertx vertx;
  private final HttpServerOptions options;
  private final AtomicLong warned = new AtomicLong(System.nanoTime() - BETWEEN_WARNINGS.toNanos());

  OpenConnections(HttpLimits limits, ProblemBody problems, Vertx vertx, HttpServerOptions options) {
    this.limits = limits;
    this.problems = problems;
    this.vertx = vertx;
    this.options = options;
  }

  /** Starts to look for what has become too slow. It ends with Vert.x. */
  void watch() {
    HttpLimits.Times times = limits.times();
    long shortest =
        Math.min(
            Math.min(times.head().toMillis(), times.idle().toMillis()), times.body().toMillis());
    long interval = Math.min(shortest / LOOKS_A_LIMIT, LONGEST_LOOK.toMillis());
    vertx.setPeriodic(
        Math.max(1, interval),
        now -> lines.values().forEach(line -> line.eventLoop.runOnContext(look -> line.look())));
  }

  /** A connection was made; called on its event loop. */
  void opened(HttpConnection connection) {
    if (lines.size() >= limits.connections()) {
      warnOfMany();
      connection.close();
      return;
    }
    StrictDecoder decoder = new StrictDecoder(options);
    lines.put(connection, new Line(connection, decoder, vertx.getOrCreateContext()));
    connection.closeHandler(closed -> lines.remove(connection));
    decoder.install(connection, new StalledReader(limits.times().answer()));
  }

  private void warnOfMany() {
    long now = System.nanoTime();
    long last = warned.get();
    if (now - last >= BETWEEN_WARNINGS.toNanos() && warned.compareAndSet(last, now)) {
      LOG.warn(
          "connections are refused: {} are open, as many as may be (gateway.http.max-connections)",
          limits.connections());
    }
  }

  /** The header of a request was read. */
  void requested(RoutingContext request) {
    Line line = lines.get(request.request().connection());
    if (line != null && request.get(SEEN) == null) {
      request.put(SEEN, true);
      line.begin(request);
      request.addEndHandler(ended -> line.end());
    }
    request.next();
  }

  /** A connection became a WebSocket, which is watched by pings; called on its event loop. */
  void upgraded(HttpConnection connection) {
    Line line = lines.get(connection);
    if (line != null) {
      line.isSocket = true;
    }
  }

  /** One connection; everything about it happens on its event loop. */
  private final class Line {
    private final HttpConnection connection;
    private final StrictDecoder decoder;
    private final Context eventLoop;
    private int inHand;
    private boolean isSocket;
    private long since = System.nanoTime();
    private Duration patience = limits.times().head();
    private @Nullable RoutingContext receiving;

    Line(HttpConnection connection, StrictDecoder decoder, Context eventLoop) {
      this.connection = connection;
      this.decoder = decoder;
      this.eventLoop = eventLoop;
    }

    void begin(RoutingContext request) {
      inHand++;
      since = System.nanoTime();
      receiving = request;
    }

    void end() {
      inHand--;
      decoder.answered();
      patience = limits.times().idle();
      if (receiving != null && receiving.request().isEnded()) {
        receiving = null;
        since = System.nanoTime();
      }
    }

    void look() {
      if (isSocket) {
        return;
      }
      Duration taken = Duration.ofNanos(System.nanoTime() - since);
      if (receiving != null && !receiving.request().isEnded()) {
        if (RouterAnswers.waits(receiving)) {
          // It is not read while its route is replaced; that time is not the caller's.
          since = System.nanoTime();
        } else if (taken.compareTo(limits.times().forBody(receiving.request().bytesRead())) > 0) {
          tooSlow(receiving.request());
        }
      } else if (inHand == 0 && taken.compareTo(patience) > 0) {
        connection.close();
      }
    }

    private void tooSlow(HttpServerRequest request) {
      if (request.response().headWritten() || request.response().closed()) {
        // It was answered before its body had arrived.
        connection.close();
        return;
      }
      LOG.warn("request body too slow path={} bytes={}", request.path(), request.bytesRead());
      HttpLimits.Times times = limits.times();
      request.response().putHeader("Connection", "close");
      problems
          .write(
              request,
              new Problem(
                  ProblemType.REQUEST_TIMEOUT,
                  ("The request's body did not come in time: it may take %d s, or longer at %d"
                          + " bytes a second or more (gateway.http.body-seconds,"
                          + " gateway.http.body-min-bytes-per-second).")
                      .formatted(times.body().toSeconds(), times.bodyBytesPerSecond())))
          .onComplete(sent -> connection.close());
    }
  }
}
