package io.comfygateway.stream;

import io.comfygateway.http.ResponseStream;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One stream. After it has begun, only the thread that fans out uses it. It holds no events: a
 * client that is behind gets what it missed from the log.
 */
final class EventListener {
  private static final int QUEUED_BYTES = 65_536;
  private static final int RETRY_MS = 3_000;

  private final RoutingContext request;
  private final String caller;
  private final EventFilter filter;
  private final BooleanSupplier lasts;
  private final Instant begun;
  private Instant written;
  private Optional<EventId> resume;
  private Optional<Instant> behind = Optional.empty();
  private EventId last;

  EventListener(RoutingContext request, Subscription subscription, Instant now) {
    this.request = request;
    this.caller = subscription.caller();
    this.filter = subscription.filter();
    this.lasts = subscription.lasts();
    this.resume = Optional.of(subscription.position());
    this.last = subscription.position();
    this.begun = now;
    this.written = now;
  }

  /** Writes the head and the first lines; called on the event loop of the request. */
  void begin(Runnable gone) {
    HttpServerResponse response = response();
    response.closeHandler(closed -> gone.run());
    response.exceptionHandler(broken -> gone.run());
    response
        .setChunked(true)
        .setWriteQueueMaxSize(QUEUED_BYTES)
        .putHeader("Content-Type", ResponseStream.CONTENT_TYPE)
        .putHeader("Cache-Control", "no-store, no-transform")
        .putHeader("X-Accel-Buffering", "no")
        .write("retry: " + RETRY_MS + "\nid: " + last.text() + "\n\n");
  }

  private HttpServerResponse response() {
    return request.response();
  }

  String caller() {
    return caller;
  }

  EventFilter filter() {
    return filter;
  }

  /** Whether what it was admitted by is still valid. */
  boolean lasts() {
    return lasts.getAsBoolean();
  }

  /** Since when it has been open. */
  Instant begun() {
    return begun;
  }

  /** When something was last written. */
  Instant written() {
    return written;
  }

  /** From where it is to get what it missed; empty where it has everything. */
  Optional<EventId> resume() {
    return resume;
  }

  /** Since when its client has read nothing, where the connection takes no more. */
  Optional<Instant> behind() {
    return behind;
  }

  boolean isClosed() {
    return response().closed() || response().ended();
  }

  /**
   * Whether the connection takes more. From the first time that it does not, the client is behind
   * and will resume from where it was.
   */
  boolean takes(Instant now) {
    if (!response().writeQueueFull()) {
      behind = Optional.empty();
      return true;
    }
    if (behind.isEmpty()) {
      behind = Optional.of(now);
    }
    lost();
    return false;
  }

  /** Events after its position could not be written; it will resume from there. */
  void lost() {
    if (resume.isEmpty()) {
      resume = Optional.of(last);
    }
  }

  /**
   * Writes lines.
   *
   * @param position where the client is after them
   */
  void write(Buffer lines, EventId position, Instant now) {
    response().write(lines);
    written = now;
    reached(position);
  }

  /** The client has everything up to a position. */
  void reached(EventId position) {
    last = position;
    resume = Optional.empty();
  }

  /** Writes a last event and ends the stream. */
  void end(Buffer lines) {
    if (!isClosed()) {
      response().end(lines);
    }
  }

  /** Closes the connection of a client that reads nothing. */
  void cut() {
    request.request().connection().close();
  }
}
