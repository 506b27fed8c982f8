package io.comfygateway.access;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Admits callers without credentials ({@code GATEWAY_AUTH=none}). Unless {@code none-anywhere} is
 * set, these are programs on this machine only: a request that came through a proxy or a tunnel is
 * from another machine, and one with a foreign {@code Host} or {@code Origin} is from a web page
 * that is open in a browser on this machine.
 *
 * @param anywhere whether requests from other machines are admitted as well
 * @param scopes the scopes of callers without credentials
 */
public record AnonymousAuthenticator(boolean anywhere, Set<Scope> scopes) implements Authenticator {
  /** The name of callers without credentials. No key can have it. */
  static final String CALLER = "none:anyone";

  private static final List<String> OF_PROXIES =
      List.of(
          "Forwarded",
          "Via",
          "X-Forwarded-For",
          "X-Forwarded-Host",
          "X-Forwarded-Proto",
          "X-Real-IP",
          "CF-Connecting-IP",
          "CF-Ray",
          "Tailscale-User-Login");
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  @Override
  public Optional<Identity> identify(RequestInfo request) {
    return anywhere || isOfThisMachine(request)
        ? Optional.of(new Identity(new Caller(CALLER, scopes), "none", Credential.Foreign.ENDLESS))
        : Optional.empty();
  }

  private static boolean isOfThisMachine(RequestInfo request) {
    return request.peer().isLoopbackAddress()
        && !request.hasAny(OF_PROXIES)
        && request.values("Host").stream().allMatch(host -> isLocal("http://" + host))
        && request.values("Origin").stream().allMatch(AnonymousAuthenticator::isLocal);
  }

  private static boolean isLocal(String url) {
    try {
      String host = URI.create(url).getHost();
      return host != null && LOCAL.contains(host.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException notAUrl) {
      return false;
    }
  }
}
