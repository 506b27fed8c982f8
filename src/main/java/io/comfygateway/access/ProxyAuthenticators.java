package io.comfygateway.access;

import java.util.Optional;
import java.util.Set;

/**
 * Authenticates callers by headers of trusted proxies. The headers of others are ignored. A proxy
 * adds them to the requests of any page in its user's browser, so pages of other origins may change
 * nothing.
 */
public final class ProxyAuthenticators {
  private static final String ASSERTION = "Cf-Access-Jwt-Assertion";
  private static final int LONGEST_NAME = 90;

  private ProxyAuthenticators() {}

  /**
   * Verifies the token that Cloudflare Access adds to every request that it admits, for a person or
   * a service.
   */
  public record Cloudflare(TokenVerifier tokens, TrustedProxies proxies, PageOrigin origin)
      implements Authenticator {
    @Override
    public Optional<Identity> identify(RequestInfo request) {
      if (!proxies.trusts(request.peer()) || request.values(ASSERTION).isEmpty()) {
        return Optional.empty();
      }
      String token =
          request
              .only(ASSERTION)
              .orElseThrow(
                  () ->
                      Refusal.wrong(
                          "invalid-token",
                          "The header " + ASSERTION + " occurs several times. Send it once."));
      TokenVerifier.Verified verified = tokens.verify(token);
      origin.refuseForeign(request, verified.caller().name());
      return Optional.of(new Identity(verified.caller(), "cloudflare", verified.credential()));
    }
  }

  /**
   * Reads the header in which a proxy names the user that it has authenticated.
   *
   * @param header such as {@code X-Forwarded-User}
   * @param scopes what such a user may do
   */
  public record Forwarded(
      String header, Set<Scope> scopes, TrustedProxies proxies, PageOrigin origin)
      implements Authenticator {
    @Override
    public Optional<Identity> identify(RequestInfo request) {
      if (!proxies.trusts(request.peer()) || request.values(header).isEmpty()) {
        return Optional.empty();
      }
      String name =
          request
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
      Caller caller = new Caller("proxy:" + name, scopes);
      origin.refuseForeign(request, caller.name());
      return Optional.of(new Identity(caller, "proxy", Credential.Foreign.ENDLESS));
    }
  }
}
