package io.comfygateway.access;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Lets everybody in ({@code GATEWAY_AUTH=none}). Unless that was asked for with {@code
 * none-anywhere}, "everybody" is a program of this machine: a request that came through a proxy or
 * a tunnel is another machine's, and one with a foreign {@code Host} or {@code Origin} is a web
 * page's, which a browser on this machine has open.
 *
 * @param anywhere whether other machines are let in as well
 * @param scopes what everybody may do
 */
public record AnonymousAuthenticator(boolean anywhere, Set<Scope> scopes) implements Authenticator {
  /** The name of the caller without a name. No key has it. */
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
  public Optional<Identity> identify(RequestInfo arrival) {
    return anywhere || isOfThisMachine(arrival)
        ? Optional.of(new Identity(new Caller(CALLER, scopes), "none"))
        : Optional.empty();
  }

  private static boolean isOfThisMachine(RequestInfo arrival) {
    return arrival.peer().isLoopbackAddress()
        && !arrival.hasAny(OF_PROXIES)
        && arrival.values("Host").stream().allMatch(host -> isLocal("http://" + host))
        && arrival.values("Origin").stream().allMatch(AnonymousAuthenticator::isLocal);
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
