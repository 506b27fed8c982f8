package io.comfygateway.access;

import java.util.Optional;
import java.util.Set;

/** Callers for whom a trusted proxy vouches. What the header says is not read from anybody else. */
public final class ProxyAuthenticators {
  private static final String ASSERTION = "Cf-Access-Jwt-Assertion";
  private static final int LONGEST_NAME = 90;

  private ProxyAuthenticators() {}

  /**
   * The token that Cloudflare Access adds to every request that it lets through, of a person or of
   * a service token.
   */
  public record Cloudflare(TokenVerifier tokens, TrustedProxies proxies) implements Authenticator {
    @Override
    public Optional<Identity> identify(RequestInfo arrival) {
      if (!proxies.trust(arrival.peer()) || arrival.values(ASSERTION).isEmpty()) {
        return Optional.empty();
      }
      String token =
          arrival
              .only(ASSERTION)
              .orElseThrow(
                  () ->
                      Refusal.wrong("invalid-token", "There are several " + ASSERTION + "; one."));
      return Optional.of(new Identity(tokens.verify(token), "cloudflare"));
    }
  }

  /**
   * A header in which a proxy names the person that it has let in.
   *
   * @param header such as {@code X-Forwarded-User}
   * @param scopes what such a person may do
   */
  public record Forwarded(String header, Set<Scope> scopes, TrustedProxies proxies)
      implements Authenticator {
    @Override
    public Optional<Identity> identify(RequestInfo arrival) {
      if (!proxies.trust(arrival.peer()) || arrival.values(header).isEmpty()) {
        return Optional.empty();
      }
      String name =
          arrival
              .only(header)
              .filter(text -> text.length() <= LONGEST_NAME)
              .orElseThrow(
                  () ->
                      Refusal.wrong(
                          "invalid-forwarded-user",
                          "The proxy must name one user, of at most "
                              + LONGEST_NAME
                              + " characters, in "
                              + header
                              + "."));
      return Optional.of(new Identity(new Caller("proxy:" + name, scopes), "proxy"));
    }
  }
}
