package io.comfygateway.http;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/**
 * Refuses requests that have too many header fields, or that a proxy in front could read
 * differently from this server: a second request could be smuggled past it in the body of the first
 * (RFC 9112, sections 3.2, 6.1 and 11.2). The connection is closed after the response.
 */
final class HeaderRules {
  private final int most;
  private final ProblemBody problems;

  HeaderRules(int most, ProblemBody problems) {
    this.most = most;
    this.problems = problems;
  }

  /** Passes the request on, or answers it. */
  void check(RoutingContext context) {
    HttpServerRequest request = context.request();
    Optional<Problem> problem = problem(request);
    if (problem.isEmpty()) {
      context.next();
    } else {
      request.response().putHeader("Connection", "close");
      problems.write(request, problem.get()).onComplete(sent -> request.connection().close());
    }
  }

  private Optional<Problem> problem(HttpServerRequest request) {
    MultiMap headers = request.headers();
    // Fields of the same name each count.
    int count = headers.entries().size();
    if (count > most) {
      return Optional.of(
          new Problem(
              ProblemType.HEADERS_TOO_LARGE,
              "The request has %d header fields; %d are allowed (gateway.http.max-headers)."
                  .formatted(count, most)));
    }
    boolean isOlder = request.version() != HttpVersion.HTTP_1_1;
    List<String> codings = headers.getAll("Transfer-Encoding");
    if (!codings.isEmpty() && (isOlder || !isChunked(codings))) {
      return refused("Transfer-Encoding may be chunked, once and in HTTP/1.1, and nothing else.");
    }
    if (headers.getAll("Host").size() > 1) {
      return refused("A request has one Host header field.");
    }
    return headers.contains("") ? refused("A header field has no name.") : Optional.empty();
  }

  private static boolean isChunked(List<String> codings) {
    return codings.size() == 1 && "chunked".equalsIgnoreCase(codings.get(0).strip());
  }

  private static Optional<Problem> refused(String detail) {
    return Optional.of(new Problem(ProblemType.INVALID_REQUEST, detail));
  }
}
