package io.comfygateway.access;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the secret in a request's headers: in the header of the given name, as {@code
 * Authorization: Bearer} (RFC 6750), or in {@code Authorization: Basic} (RFC 7617) as the password
 * of any user, or as the user if there is no password. Since a proxy may add Basic credentials of
 * its own, these are used only if there are no others.
 */
public final class RequestCredentials {
  private static final String AUTHORIZATION = "Authorization";
  private static final String BEARER = "Bearer ";
  private static final String BASIC = "Basic ";

  private final String headerName;

  public RequestCredentials(String headerName) {
    this.headerName = headerName;
  }

  /**
   * A secret, and where it was.
   *
   * @param scheme {@code key}, {@code bearer} or {@code basic}
   */
  record Found(String secret, String scheme) {
    @Override
    public String toString() {
      return "Found[" + scheme + "]";
    }
  }

  /**
   * The secret that the request's headers carry.
   *
   * @throws Refusal if there are two different ones
   */
  Optional<Found> find(RequestInfo request) {
    Map<String, String> found = new LinkedHashMap<>();
    if (!isAuthorization()) {
      request.values(headerName).forEach(value -> found.putIfAbsent(value, "key"));
    }
    for (String value : request.values(AUTHORIZATION)) {
      if (startsWith(value, BEARER)) {
        found.putIfAbsent(value.substring(BEARER.length()).strip(), "bearer");
      } else if (isAuthorization() && !value.contains(" ")) {
        found.putIfAbsent(value, "key");
      }
    }
    found.remove("");
    if (found.isEmpty()) {
      request.values(AUTHORIZATION).stream()
          .filter(value -> startsWith(value, BASIC))
          .map(value -> password(value.substring(BASIC.length()).strip()))
          .filter(password -> !password.isEmpty())
          .forEach(password -> found.putIfAbsent(password, "basic"));
    }
    if (found.size() > 1) {
      throw Refusal.missing("two-keys", "The request carries two different keys. Send one.");
    }
    return found.entrySet().stream()
        .findFirst()
        .map(entry -> new Found(entry.getKey(), entry.getValue()));
  }

  /** A sentence that says where to put the key. */
  String howTo() {
    return "The request carries no key. Send it in the header "
        + (isAuthorization() ? "" : headerName + " or ")
        + "Authorization: Bearer.";
  }

  private static String password(String base64) {
    try {
      String pair = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      if (colon < 0) {
        return "";
      }
      // As with "curl -u KEY:", which sends it as the user.
      return colon == pair.length() - 1 ? pair.substring(0, colon) : pair.substring(colon + 1);
    } catch (IllegalArgumentException notBase64) {
      return "";
    }
  }

  private static boolean startsWith(String value, String scheme) {
    return value.regionMatches(true, 0, scheme, 0, scheme.length());
  }

  private boolean isAuthorization() {
    return AUTHORIZATION.equalsIgnoreCase(headerName);
  }
}
