package io.comfygateway.stream;

import io.comfygateway.database.Commits;
import io.comfygateway.http.ResponseStream;
import io.comfygateway.job.JobEventLog;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of events that clients follow. A stream has no thread: one thread reads what is new a
 * few times a second and writes it to all of them.
 */
public final class EventStreams implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
  private static final Duration TURN = Duration.ofMillis(200);
  private static final Buffer STOPPING = Buffer.buffer(": the gateway is stopping\n\n");

  private final JobEventLog log;
  private final InstantSource clock;
  private final EventListeners listeners;
  private final FanOut fanOut;
  private final ScheduledExecutorService turns =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "event-streams");
            thread.setDaemon(true);
            return thread;
          });
  private boolean failed;

  /**
   * Creates them; nothing is written before {@link #start}.
   *
   * @param isLive whether the key of a caller is still valid
   */
  public EventStreams(
      JobEventLog log,
      Commits commits,
      EventRenderer renderer,
      StreamLimits limits,
      Predicate<String> isLive,
      InstantSource clock) {
    this.log = log;
    this.clock = clock;
    this.listeners = new EventListeners(limits);
    this.fanOut = new FanOut(log, commits, renderer, listeners, limits, isLive, clock);
  }

  /** Starts to write. */
  @SuppressWarnings("FutureReturnValueIgnored")
  public void start() {
    turns.scheduleWithFixedDelay(
        this::turn, TURN.toMillis(), TURN.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void turn() {
    try {
      fanOut.turn();
      failed = false;
    } catch (RuntimeException e) {
      // The listeners get what they missed once the database answers again.
      if (!failed) {
        LOG.warn("events cannot be read, their listeners wait", e);
      }
      failed = true;
    }
  }

  /** The position of a client that wants only what happens from now on. Queries the database. */
  public EventId now() {
    return EventId.before(log.newest() + 1);
  }

  /** A response that begins to listen when it is opened. */
  public ResponseStream stream(Subscription subscription) {
    return request -> open(request, subscription);
  }

  private void open(RoutingContext request, Subscription subscription) {
    EventListener listener = new EventListener(request, subscription, clock.instant());
    if (request.request().method().equals(HttpMethod.HEAD)) {
      request.response().putHeader("Content-Type", ResponseStream.CONTENT_TYPE).end();
      return;
    }
    // The thread that fans out must not see it before its head is written.
    synchronized (listeners) {
      listeners.add(listener);
      listener.begin(() -> listeners.remove(listener));
    }
    if (listener.isClosed()) {
      listeners.remove(listener);
    }
  }

  /** How many streams are open. */
  public int count() {
    return listeners.count();
  }

  /** Ends every stream and takes no more: the gateway is stopping. */
  public void release() {
    listeners.close().forEach(listener -> listener.end(STOPPING));
  }

  @Override
  public void close() {
    release();
    turns.shutdownNow();
  }
}
