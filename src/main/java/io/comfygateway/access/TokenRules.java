package io.comfygateway.access;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a token must contain, and what is read from it.
 *
 * @param issuer must be {@code iss}
 * @param audience must be one of {@code aud}
 * @param clockSkew how far the issuer's clock may be off
 * @param callerClaims the claims that may name the caller; the first that is not empty is used
 * @param scopesClaim a text of words or a list of words; those that are not scopes of this gateway
 *     are ignored. Empty: no claim is read
 * @param scopes the caller's scopes if that claim contains none
 * @param scheme the kind of credentials, and the prefix of the callers' names
 */
public record TokenRules(
    String issuer,
    String audience,
    Duration clockSkew,
    List<String> callerClaims,
    String scopesClaim,
    Set<Scope> scopes,
    String scheme) {
  public TokenRules {
    callerClaims = List.copyOf(callerClaims);
    scopes = Set.copyOf(scopes);
  }
}
