package io.comfygateway.http;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests whose query has a percent sign without two hexadecimal digits (RFC 3986, section
 * 2.1). Vert.x decodes a query only where something reads it, and then throws.
 */
final class QueryRules {
  private static final int HEX = 16;
  private static final int ESCAPE = 3;
  private final ProblemBody problems;

  QueryRules(ProblemBody problems) {
    this.problems = problems;
  }

  /** Passes the request on, or answers it with 400. */
  void check(RoutingContext request) {
    if (isReadable(request.request().query())) {
      request.next();
    } else {
      problems.write(
          request.request(),
          new Problem(
              ProblemType.INVALID_REQUEST,
              "The query of the URL has a \"%\" that two hexadecimal digits do not follow; a percent"
                  + " sign itself is written as %25."));
    }
  }

  /** Whether every escape of a query is complete. */
  static boolean isReadable(@Nullable String query) {
    if (query == null) {
      return true;
    }
    for (int at = query.indexOf('%'); at >= 0; at = query.indexOf('%', at + ESCAPE)) {
      if (at + 2 >= query.length()
          || !isHex(query.charAt(at + 1))
          || !isHex(query.charAt(at + 2))) {
        return false;
      }
    }
    return true;
  }

  // Character.digit also knows the digits of other scripts.
  private static boolean isHex(char character) {
    return character < 128 && Character.digit(character, HEX) >= 0;
  }
}
