package io.comfygateway.web;

import io.comfygateway.access.Arrival;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Reads bodies, so that they fill neither the memory nor the disk. A large one is kept of a caller
 * with the right key alone; of others the route is asked without it, and says what is wrong with
 * the key, while what they send is thrown away. Forms go to files; all others are in memory until
 * their route is done, and together may be no larger than the largest that one may be.
 */
final class BodyGate {
  private static final String LEAVE = "leaveBodyGate";
  private static final long SMALL = 65_536;
  private static final long WITHOUT_LENGTH = 1_048_576;
  private final Path uploads;
  private final long most;
  private final Predicate<Arrival> known;
  private final ProblemBody problems;
  private final AtomicLong inMemory = new AtomicLong();

  /**
   * Makes it.
   *
   * @param uploads the folder of the files of forms
   * @param most how many bytes one body, and all that are in memory, may have
   * @param known whether a request has the right key
   */
  BodyGate(Path uploads, long most, Predicate<Arrival> known, ProblemBody problems) {
    this.uploads = uploads;
    this.most = most;
    this.known = known;
    this.problems = problems;
  }

  /** What reads the bodies of a route's requests. */
  Handler<RoutingContext> handler() {
    BodyHandler any = reader(most);
    BodyHandler withoutLength = reader(Math.min(most, WITHOUT_LENGTH));
    return context -> {
      HttpServerRequest request = context.request();
      boolean isForm = isForm(request);
      boolean hasLength = request.headers().contains("Content-Length");
      boolean isChunked = request.headers().contains("Transfer-Encoding");
      long length = hasLength ? length(request) : isChunked ? WITHOUT_LENGTH : 0;
      BodyHandler body = isChunked && !isForm ? withoutLength : any;
      // What is beyond the limit is refused by its reader, unread.
      if (length <= SMALL || (hasLength && length > most)) {
        read(context, body);
      } else {
        admit(context, body, isForm ? 0 : length);
      }
    };
  }

  private BodyHandler reader(long limit) {
    return BodyHandler.create(uploads.toString())
        .setBodyLimit(limit)
        .setDeleteUploadedFilesOnEnd(true)
        .setMergeFormAttributes(true)
        .setPreallocateBodyBuffer(true);
  }

  private static boolean isForm(HttpServerRequest request) {
    String type = request.getHeader("Content-Type");
    return type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data");
  }

  // Netty has refused what is no number.
  private static long length(HttpServerRequest request) {
    return Long.parseLong(request.getHeader("Content-Length").strip());
  }

  private void admit(RoutingContext context, BodyHandler body, long bytes) {
    Arrival arrival = GatewayHttpConsumer.arrival(context);
    // Nothing of it may come while nobody reads.
    context.request().pause();
    context
        .vertx()
        .executeBlocking(() -> known.test(arrival), false)
        .onFailure(context::fail)
        .onSuccess(
            isKnown -> {
              if (!isKnown) {
                discard(context);
                context.next();
              } else if (inMemory.addAndGet(bytes) <= most) {
                leaveAtTheEnd(context, bytes);
                read(context, body);
              } else {
                inMemory.addAndGet(-bytes);
                refuse(context);
              }
            });
  }

  private void refuse(RoutingContext context) {
    discard(context);
    problems.write(
        context.response(),
        new Problem(
                ProblemType.BUSY,
                "Other large requests are being read. Send it again in a moment, or send files as multipart/form-data.")
            .withHeader("Retry-After", "1"));
  }

  // Who sends all of it before reading an answer would otherwise see the connection break, and no
  // answer.
  private static void discard(RoutingContext context) {
    HttpServerRequest request = context.request();
    context.response().putHeader("Connection", "close");
    Runnable close = () -> request.connection().close();
    context.addEndHandler(
        answered -> {
          if (request.isEnded()) {
            close.run();
          } else {
            request.endHandler(ended -> close.run());
          }
        });
    request.handler(unread -> {}).resume();
  }

  private void leaveAtTheEnd(RoutingContext context, long bytes) {
    AtomicBoolean left = new AtomicBoolean();
    Runnable leave =
        () -> {
          if (left.compareAndSet(false, true)) {
            inMemory.addAndGet(-bytes);
          }
        };
    context.put(LEAVE, leave);
    context.addEndHandler(ended -> leave.run());
    // A caller who went away while the key was looked at ends no more.
    if (context.response().closed()) {
      leave.run();
    }
  }

  /** The body of a request is not needed any more, however long its answer may take. */
  static void leave(RoutingContext context) {
    Runnable leave = context.get(LEAVE);
    if (leave != null && context instanceof RoutingContextInternal holder) {
      holder.setBody(null);
      leave.run();
    }
  }

  private static void read(RoutingContext context, BodyHandler body) {
    context.request().resume();
    body.handle(context);
  }
}
