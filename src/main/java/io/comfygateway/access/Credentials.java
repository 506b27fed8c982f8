package io.comfygateway.access;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the secret in a request's headers: in the header of the given name, or as {@code
 * Authorization: Bearer} (RFC 6750).
 */
public final class Credentials {
  private static final String BEARER = "Bearer ";
  private static final String CHALLENGE = "Bearer realm=\"comfyui-gateway\"";

  private final String headerName;

  public Credentials(String headerName) {
    this.headerName = headerName;
  }

  /**
   * The caller that the request's headers prove.
   *
   * @param headers by name, in any letter case; a value is a string or a collection of strings
   * @throws Problem {@link ProblemType#UNAUTHENTICATED} with a {@code WWW-Authenticate} header
   */
  public Caller authenticate(Map<String, ?> headers, ApiKeys keys) {
    return keys.authenticate(secret(headers))
        .orElseThrow(() -> refused("The key is not known. Check it for missing characters."));
  }

  /**
   * The secret that the request's headers carry.
   *
   * @throws Problem {@link ProblemType#UNAUTHENTICATED} where there is none, or two that differ
   */
  public String secret(Map<String, ?> headers) {
    Set<String> found = new LinkedHashSet<>();
    for (String value : values(headers, headerName)) {
      if (!value.isBlank() && !isAuthorization(headerName)) {
        found.add(value.strip());
      }
    }
    for (String value : values(headers, "Authorization")) {
      String trimmed = value.strip();
      if (trimmed.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
        found.add(trimmed.substring(BEARER.length()).strip());
      } else if (isAuthorization(headerName) && !trimmed.isEmpty() && !trimmed.contains(" ")) {
        found.add(trimmed);
      }
    }
    if (found.size() > 1) {
      throw refused("The request carries two different keys. Send one.");
    }
    return found.stream().findFirst().orElseThrow(this::missing);
  }

  private Problem missing() {
    return refused(
        "The request carries no key. Send it in the header "
            + (isAuthorization(headerName) ? "" : headerName + " or ")
            + "Authorization: Bearer.");
  }

  private static Problem refused(String detail) {
    return new Problem(ProblemType.UNAUTHENTICATED, detail)
        .withHeader("WWW-Authenticate", CHALLENGE);
  }

  private static boolean isAuthorization(String name) {
    return "Authorization".equalsIgnoreCase(name);
  }

  private static List<String> values(Map<String, ?> headers, String name) {
    List<String> values = new ArrayList<>();
    headers.forEach(
        (key, value) -> {
          if (!key.equalsIgnoreCase(name)) {
            return;
          }
          if (value instanceof Collection<?> several) {
            several.forEach(one -> values.add(String.valueOf(one)));
          } else if (value != null) {
            values.add(value.toString());
          }
        });
    return values;
  }
}
