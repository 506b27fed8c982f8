package io.comfygateway.http;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.http.HttpUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the result of a route as the HTTP response. A {@link Buffer} is shared by all responses;
 * other long bodies together may take only so much memory.
 */
final class ResponseWriter {
  private static final Logger LOG = LoggerFactory.getLogger(ResponseWriter.class);
  private static final int NO_CONTENT = 204;
  private static final int LOWEST_ERROR = 400;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;
  private static final long MOST_UNTAKEN = 33_554_432;
  private static final int READERS = 32;
  private static final Set<String> SERVERS_OWN =
      Set.of("content-length", "transfer-encoding", "connection", "host", "date");
  private final ProblemBody problems;
  private final MemoryBudget untaken = new MemoryBudget(MOST_UNTAKEN);
  private @Nullable WorkerExecutor readers;

  ResponseWriter(ProblemBody problems) {
    this.problems = problems;
  }

  /** The message as it was before its route. */
  record Received(Map<String, Object> headers, @Nullable Object body) {
    static Received of(Message message) {
      return new Received(new HashMap<>(message.getHeaders()), message.getBody());
    }

    Received withoutBody() {
      return new Received(headers, null);
    }
  }

  /**
   * Gives the response to a request of a door that failed the shape of the door. Other responses
   * are left alone.
   */
  void shape(Exchange exchange, Received received, String path) {
    if (!problems.doors().has(path)) {
      return;
    }
    Message message = exchange.getMessage();
    if (exchange.getException() != null) {
      LOG.error("route failed path={}", path, exchange.getException());
      Problem problem = ProblemBody.problemOf(exchange.getException());
      exchange.setException(null);
      message.removeHeaders("*");
      problem.headers().forEach(message::setHeader);
      message.setHeader(Exchange.HTTP_RESPONSE_CODE, problem.status());
      message.setHeader(Exchange.CONTENT_TYPE, ProblemBody.CONTENT_TYPE);
      message.setBody(problems.of(problem));
    }
    int status = HttpUtil.determineResponseCode(exchange, message.getBody());
    if (status >= LOWEST_ERROR && isSilent(message.getBody(), received)) {
      // A method that no operation of the path has, say.
      message.setHeader(Exchange.CONTENT_TYPE, ProblemBody.CONTENT_TYPE);
      message.setBody(problems.of(status));
    }
    String type = message.getHeader(Exchange.CONTENT_TYPE, "", String.class);
    if (status >= LOWEST_ERROR && type.startsWith(ProblemBody.CONTENT_TYPE)) {
      problems.doors().shape(exchange, path);
    }
  }

  /** Writes the response; the future completes when it was sent. */
  Future<Void> write(HttpServerRequest request, Exchange exchange, Received received) {
    HttpServerResponse response = request.response();
    if (exchange.getException() != null) {
      LOG.error(
          "route failed path={}",
          received.headers().get(Exchange.HTTP_PATH),
          exchange.getException());
      return problems.write(request, ProblemBody.problemOf(exchange.getException()));
    }
    Message message = exchange.getMessage();
    Object body = message.getBody();
    if (isUntouched(exchange, received)) {
      if ("OPTIONS".equals(received.headers().get(Exchange.HTTP_METHOD))) {
        // OPTIONS matches the path of any operation, and is no operation itself.
        return response.setStatusCode(NO_CONTENT).end();
      }
      return problems.write(
          request,
          UNAVAILABLE,
          "The route of this operation is not there: its file was taken out of routes/, or does"
              + " not load. /health/ready says why.");
    }
    int status = HttpUtil.determineResponseCode(exchange, body);
    // The request's own body does not say what is wrong with it.
    if (status >= LOWEST_ERROR && isSilent(body, received)) {
      begin(response, status, message, received);
      return problems.write(request, status, detail(status, response, received));
    }
    if (body instanceof FileBody file) {
      begin(response, status, message, received);
      return file.send(response);
    }
    if (body instanceof ZipBody zip) {
      begin(response, status, message, received);
      return zip.send(response, readers());
    }
    if (body instanceof TextWithFiles files) {
      begin(response, status, message, received);
      return files.send(response, readers());
    }
    if (body instanceof StreamBody stream) {
      return write(request, stream, status, message, received);
    }
    if (body instanceof EntriesBody entries) {
      return write(request, entries, status, message, received);
    }
    return write(request, exchange, received, status);
  }

  private Future<Void> write(
      HttpServerRequest request,
      StreamBody stream,
      int status,
      Message message,
      Received received) {
    HttpServerResponse response = request.response();
    if ("HEAD".equals(received.headers().get(Exchange.HTTP_METHOD))) {
      begin(response, status, message, received);
      response.putHeader("Content-Length", Long.toString(stream.length()));
      return response.end();
    }
    WorkerExecutor readers = readers();
    return stream
        .open(readers)
        .compose(
            in -> {
              begin(response, status, message, received);
              return stream.send(in, response, readers);
            },
            failed -> problems.write(request, ProblemBody.problemOf(failed)));
  }

  private Future<Void> write(
      HttpServerRequest request, EntriesBody body, int status, Message message, Received received) {
    HttpServerResponse response = request.response();
    if ("HEAD".equals(received.headers().get(Exchange.HTTP_METHOD))) {
      begin(response, status, message, received);
      return response.end();
    }
    WorkerExecutor readers = readers();
    return body.open(readers, untaken, ResponseWriter::tooMuchUntaken)
        .compose(
            pieces -> {
              begin(response, status, message, received);
              return EntriesBody.send(pieces, response, readers);
            },
            failed -> problems.write(request, ProblemBody.problemOf(failed)));
  }

  // Threads of their own: what is read may be far away, and no other request is to wait for it.
  private synchronized WorkerExecutor readers() {
    if (readers == null) {
      readers = Vertx.currentContext().owner().createSharedWorkerExecutor("readers", READERS);
    }
    return readers;
  }

  // Someone who opens the URL of a webhook in a browser reads what to send.
  private static String detail(int status, HttpServerResponse response, Received received) {
    String allowed = response.headers().get("Allow");
    return status == METHOD_NOT_ALLOWED && allowed != null
        ? "%s is not allowed here. Send %s instead."
            .formatted(
                received.headers().get(Exchange.HTTP_METHOD),
                allowed.replace(" ", "").replace(",", " or "))
        : ProblemBody.defaultDetail(status);
  }

  private Future<Void> write(
      HttpServerRequest request, Exchange exchange, Received received, int status) {
    HttpServerResponse response = request.response();
    Message message = exchange.getMessage();
    Buffer bytes = buffer(exchange, message.getBody());
    boolean isLong = bytes.length() > LongBody.PART;
    boolean isOwn = isLong && message.getBody() != bytes;
    if (isOwn && !untaken.take(bytes.length())) {
      return problems.write(request, tooMuchUntaken());
    }
    begin(response, status, message, received);
    if (bytes.length() > 0) {
      // Set for HEAD too, to which the server sends no bytes and so would not set it.
      response.putHeader("Content-Length", Integer.toString(bytes.length()));
    }
    if (!isLong) {
      return response.end(bytes);
    }
    // Otherwise it would be in memory twice.
    message.setBody(null);
    Future<Void> taken = LongBody.send(bytes, response);
    return isOwn ? taken.onComplete(sent -> untaken.leave(bytes.length())) : taken;
  }

  private static void begin(
      HttpServerResponse response, int status, Message message, Received received) {
    response.setStatusCode(status);
    copyHeaders(message, received, response);
  }

  private static Problem tooMuchUntaken() {
    return new Problem(
            ProblemType.BUSY,
            "Other clients are too slow to read their responses, and these take all the memory for responses. Try again in a moment.")
        .withHeader("Retry-After", "1");
  }

  // Camel ignores an operation of the contract that no route serves, and would answer 200.
  private static boolean isUntouched(Exchange exchange, Received received) {
    return exchange.getProperty(Exchange.REST_OPENAPI) != null
        && exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE) == null
        && exchange.getMessage().getBody() == received.body();
  }

  private static boolean isSilent(Object body, Received received) {
    return isEmpty(body) || body == received.body();
  }

  private static boolean isEmpty(Object body) {
    return body == null
        || (body instanceof String text && text.isEmpty())
        || (body instanceof Buffer bytes && bytes.length() == 0);
  }

  private static Buffer buffer(Exchange exchange, Object body) {
    if (body == null) {
      return Buffer.buffer();
    }
    if (body instanceof Buffer bytes) {
      return bytes;
    }
    return body instanceof String text
        ? Buffer.buffer(text)
        : Buffer.buffer(
            exchange.getContext().getTypeConverter().convertTo(byte[].class, exchange, body));
  }

  // A route may set a value that the request had as well, such as the same content type; only the
  // same object is left over from the request.
  private static void copyHeaders(Message message, Received received, HttpServerResponse response) {
    message
        .getHeaders()
        .forEach(
            (name, value) -> {
              boolean fromTheRequest = value == received.headers().get(name);
              if (value != null && !fromTheRequest && !isOwnedByTheServer(name)) {
                response.putHeader(name, value.toString());
              }
            });
  }

  private static boolean isOwnedByTheServer(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith("camel") || SERVERS_OWN.contains(lower);
  }
}
