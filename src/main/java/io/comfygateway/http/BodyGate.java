package io.comfygateway.http;

import io.comfygateway.access.RequestInfo;
import io.comfygateway.http.connection.WatchedBody;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.File;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Reads bodies, so that they fill neither the memory nor the disk. A large body is kept only for a
 * caller with a valid key; for any other caller the route runs without it and says what is wrong
 * with the key, while the body is discarded. The files of forms go to the disk; everything else is
 * in memory until its route is done. All bodies in memory together may be no larger than one body
 * may be, and what is made of them as JSON may take a quarter of the heap.
 */
@SuppressWarnings("StaticAssignmentOfThrowable")
final class BodyGate {
  private static final String LEAVE = "leaveBodyGate";
  private static final long SMALL = 65_536;
  private static final long MOST_SMALL = 33_554_432;
  private static final long WITHOUT_LENGTH = 1_048_576;

  // Lighter ones, as almost all are, always pass.
  private static final long LIGHT = 262_144;
  private static final int PART_OF_HEAP = 4;
  private static final Problem NO_BOUNDARY =
      new Problem(
          ProblemType.INVALID_REQUEST,
          "Content-Type is multipart/form-data without a boundary, so the form cannot be read. Let the HTTP client set this header itself; it knows the boundary.");
  private static final Problem UNREADABLE =
      new Problem(
          ProblemType.INVALID_REQUEST,
          "The form cannot be read. Its boundary is not the one that Content-Type names, a part has no name, or there are more than 256 fields.");
  private static final Problem NOT_THAT_FORM =
      new Problem(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "The body cannot be read as a form, although its Content-Type says that it is one: application/x-www-form-urlencoded, which curl sends unless told otherwise. Send the header Content-Type: application/json with JSON, and that of the file with a file, such as image/png (curl: -H 'Content-Type: image/png'). A form has 256 fields at most.");
  private static final Problem CUT_OFF =
      new Problem(
          ProblemType.INVALID_REQUEST,
          "The form has no end: its last boundary is missing. It was cut off, or the boundary in Content-Type is not the one in the body; let the HTTP client set this header itself.");
  private final Path uploads;
  private final long most;
  private final Predicate<RequestInfo> known;
  private final ProblemBody problems;
  private final MemoryBudget large;
  private final MemoryBudget small = new MemoryBudget(MOST_SMALL);
  private final MemoryBudget trees =
      new MemoryBudget(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);

  /**
   * Makes it.
   *
   * @param uploads the folder of the files of forms
   * @param most how many bytes one body may have, and all bodies in memory together
   * @param known whether a request has a valid key
   */
  BodyGate(Path uploads, long most, Predicate<RequestInfo> known, ProblemBody problems) {
    this.uploads = uploads;
    this.most = most;
    this.large = new MemoryBudget(most);
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
      if (isForm && FormEnd.boundary(request.getHeader("Content-Type")).isEmpty()) {
        refuse(context, NO_BOUNDARY);
        return;
      }
      boolean hasLength = request.headers().contains("Content-Length");
      boolean isChunked = request.headers().contains("Transfer-Encoding");
      long length = hasLength ? length(request) : isChunked ? WITHOUT_LENGTH : 0;
      BodyHandler body = isChunked && !isForm ? withoutLength : any;
      // Its reader refuses, without reading it, a body that is beyond the limit.
      if (length == 0 || (hasLength && length > most)) {
        read(context, body);
      } else if (length <= SMALL) {
        readInto(small, context, body, length);
      } else {
        admit(context, body, isForm ? OptionalLong.empty() : OptionalLong.of(length));
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

  private static boolean isUrlEncoded(HttpServerRequest request) {
    String type = request.getHeader("Content-Type");
    return type != null
        && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded");
  }

  // Netty has refused a length that is no number.
  private static long length(HttpServerRequest request) {
    return Long.parseLong(request.getHeader("Content-Length").strip());
  }

  private void admit(RoutingContext context, BodyHandler body, OptionalLong bytes) {
    RequestInfo arrival = problems.doors().withBearer(RequestInfos.of(context));
    // No byte of it may arrive while nothing reads it.
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
              } else if (bytes.isEmpty()) {
                readLargeForm(context, body);
              } else {
                readInto(large, context, body, bytes.getAsLong());
              }
            });
  }

  private void readInto(MemoryBudget room, RoutingContext context, BodyHandler body, long bytes) {
    if (room.take(bytes)) {
      leaveAtTheEnd(room, context, new AtomicLong(bytes));
      read(context, body);
    } else {
      refuse(context, busy());
    }
  }

  // How much of a form goes to files is known only while it arrives.
  private void readLargeForm(RoutingContext context, BodyHandler body) {
    AtomicLong held = new AtomicLong();
    leaveAtTheEnd(large, context, held);
    Runnable look =
        () -> {
          long more = context.request().bytesRead() - inFiles(context) - held.get();
          if (context.failed() || context.response().ended()) {
            return;
          }
          if (large.take(more)) {
            held.addAndGet(more);
          } else {
            // Otherwise the rest of it would be collected anyway.
            context.request().setExpectMultipart(false);
            context.cancelAndCleanupFileUploads();
            large.leave(held.getAndSet(0));
            refuse(context, busy());
          }
        };
    readForm(context, body, look);
  }

  private void readForm(RoutingContext context, BodyHandler body, Runnable look) {
    FormEnd end =
        new FormEnd(FormEnd.boundary(context.request().getHeader("Content-Type")).orElse(""));
    Runnable ended =
        () -> {
          if (end.isThere()) {
            context.next();
          } else if (!context.response().headWritten()) {
            problems.write(context.request(), CUT_OFF);
          }
        };
    context.request().resume();
    body.handle(
        new WatchedBody(context, end::read, look, ended, () -> refuse(context, UNREADABLE)));
  }

  private static long inFiles(RoutingContext context) {
    return context.fileUploads().stream()
        .mapToLong(upload -> new File(upload.uploadedFileName()).length())
        .sum();
  }

  private void refuse(RoutingContext context, Problem problem) {
    discard(context);
    problems.write(context.request(), problem);
  }

  private static Problem busy() {
    return new Problem(
            ProblemType.BUSY,
            "Other requests are being read. Try again in a moment, and send a large request as multipart/form-data with its files as parts.")
        .withHeader("Retry-After", "1");
  }

  // A client that sends all of it before it reads the response would otherwise see the connection
  // break, and no response.
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

  private static void leaveAtTheEnd(MemoryBudget room, RoutingContext context, AtomicLong held) {
    Runnable before = context.get(LEAVE);
    Runnable leave =
        () -> {
          room.leave(held.getAndSet(0));
          if (before != null) {
            before.run();
          }
        };
    context.put(LEAVE, leave);
    context.addEndHandler(ended -> leave.run());
    // The end of a request whose client left while the key was checked never comes.
    if (context.response().closed()) {
      leave.run();
    }
  }

  /**
   * Gives back the memory of a body that is no longer needed, however long the response may take.
   */
  static void leave(RoutingContext context) {
    Runnable leave = context.get(LEAVE);
    if (leave != null) {
      WatchedBody.release(context);
      leave.run();
    }
  }

  private void read(RoutingContext context, BodyHandler body) {
    if (isForm(context.request())) {
      readForm(context, body, () -> {});
    } else {
      JsonWeight weight = new JsonWeight();
      context.request().resume();
      body.handle(
          new WatchedBody(
              context,
              weight::add,
              () -> {},
              () -> weigh(context, weight.bytes()),
              () -> refuse(context, isUrlEncoded(context.request()) ? NOT_THAT_FORM : UNREADABLE)));
    }
  }

  private void weigh(RoutingContext context, long bytes) {
    if (bytes <= LIGHT) {
      context.next();
    } else if (trees.take(bytes)) {
      leaveAtTheEnd(trees, context, new AtomicLong(bytes));
      context.next();
    } else {
      problems.write(context.request(), busy());
    }
  }
}
