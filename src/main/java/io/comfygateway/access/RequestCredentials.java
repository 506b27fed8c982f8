package io.comfygateway.access;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
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

  /** The scheme of a key in the URL. */
  static final String URL = "url";

  private final String headerName;

  public RequestCredentials(String headerName) {
    this.headerName = headerName;
  }

  /**
   * A secret, and where it was.
   *
   * @param scheme {@code key}, {@code bearer}, {@code basic} or {@code url}
   */
  record Found(String secret, String scheme) {
    @Override
    public String toString() {
      return "Found[" + scheme + "]";
    }
  }

  /**
   * All secrets of a request to ComfyUI's own API, in the order in which they are tried: those of
   * headers, and then the one in the URL.
   */
  List<Found> all(RequestInfo request) {
    Map<String, String> found = new LinkedHashMap<>(sent(request));
    basic(request, found);
    List<Found> all = new ArrayList<>();
    found.forEach((secret, scheme) -> all.add(new Found(secret, scheme)));
    request
        .client()
        .flatMap(RequestInfo.ClientUrl::secret)
        .filter(secret -> !secret.isEmpty())
        .ifPresent(secret -> all.add(new Found(secret, URL)));
    return all;
  }

  /**
   * The secret that the request's headers carry.
   *
   * @throws Refusal if there are two different ones
   */
  Optional<Found> find(RequestInfo request) {
    Map<String, String> found = sent(request);
    if (found.isEmpty()) {
      basic(request, found);
    }
    if (found.size() > 1) {
      throw Refusal.missing("two-keys", "The request carries two different keys. Send one.");
    }
    return found.entrySet().stream()
        .findFirst()
        .map(entry -> new Found(entry.getKey(), entry.getValue()));
  }

  private Map<String, String> sent(RequestInfo request) {
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
    return found;
  }

  private static void basic(RequestInfo request, Map<String, String> found) {
    request.values(AUTHORIZATION).stream()
        .filter(value -> startsWith(value, BASIC))
        .map(value -> password(value.substring(BASIC.length()).strip()))
        .filter(password -> !password.isEmpty())
        .forEach(password -> found.putIfAbsent(password, "basic"));
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
