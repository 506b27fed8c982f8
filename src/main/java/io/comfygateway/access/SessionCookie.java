package io.comfygateway.access;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cookie of a session of the console. With TLS a name with the prefix {@code __Host-} keeps
 * other hosts and plain HTTP from setting it (RFC 6265bis, section 4.1.3.2); without TLS a browser
 * would refuse that one.
 *
 * @param isTls whether the gateway's own port speaks TLS
 * @param publicUrl the URL of the gateway for callers, where it is set
 */
public record SessionCookie(boolean isTls, Optional<URI> publicUrl) {
  private static final String SECURE = "__Host-gateway";
  private static final String PLAIN = "gateway-session";
  private static final String HTTPS = "https://";
  private static final int LONGEST = 100;

  /** The token that a request carries; empty if it carries none, or two. */
  Optional<String> token(RequestInfo request) {
    List<String> secure = values(request, SECURE);
    // Behind a proxy with TLS the cookie is a secure one too.
    List<String> sent =
        secure.isEmpty() && !isTls && !isThroughTls(request) ? values(request, PLAIN) : secure;
    return sent.size() == 1 && sent.get(0).length() <= LONGEST
        ? Optional.of(sent.get(0))
        : Optional.empty();
  }

  /** Whether a request carries such a cookie, valid or not. */
  static boolean isSent(RequestInfo request) {
    return !values(request, SECURE).isEmpty() || !values(request, PLAIN).isEmpty();
  }

  // The proxy passes on the name that the browser knows the gateway by.
  private boolean isThroughTls(RequestInfo request) {
    return publicUrl
        .filter(url -> "https".equalsIgnoreCase(url.getScheme()))
        .map(URI::getAuthority)
        .filter(
            authority ->
                request
                    .only("Host")
                    .filter(host -> withoutPort(host).equalsIgnoreCase(withoutPort(authority)))
                    .isPresent())
        .isPresent();
  }

  private static String withoutPort(String authority) {
    return authority.endsWith(":443")
        ? authority.substring(0, authority.length() - ":443".length())
        : authority;
  }

  private static List<String> values(RequestInfo request, String name) {
    String begin = name + "=";
    return request.values("Cookie").stream()
        .flatMap(header -> Stream.of(header.split(";")))
        .map(String::strip)
        .filter(pair -> pair.startsWith(begin))
        .map(pair -> pair.substring(begin.length()))
        .filter(value -> !value.isEmpty())
        .toList();
  }

  /** What sets the cookie, as the value of {@code Set-Cookie}. */
  public String set(RequestInfo request, String token, Duration life) {
    return text(isSecure(request), token, life.toSeconds());
  }

  /** What removes the cookie of a request. */
  public String remove(RequestInfo request) {
    boolean isSecure = isSecure(request) || !values(request, SECURE).isEmpty();
    return text(isSecure, "", 0);
  }

  // The page that signs in says how the browser has reached it.
  private boolean isSecure(RequestInfo request) {
    return isTls || request.values("Origin").stream().anyMatch(it -> it.startsWith(HTTPS));
  }

  private static String text(boolean isSecure, String value, long seconds) {
    return (isSecure ? SECURE : PLAIN)
        + "="
        + value
        + "; Path=/; Max-Age="
        + seconds
        + "; HttpOnly; SameSite=Strict"
        + (isSecure ? "; Secure" : "");
  }
}
