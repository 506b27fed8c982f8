package io.comfygateway.access;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a token must say, and what is taken from it.
 *
 * @param issuer {@code iss}, exactly
 * @param audience must be one of {@code aud}
 * @param clockSkew how far the issuer's clock may be off
 * @param callerClaims the claims that may name the caller; the first that is not empty counts
 * @param scopesClaim a text of words or a list of words, of which those that are scopes of this
 *     gateway count; empty for none
 * @param scopes what the caller may do where that claim gives it no scope
 * @param way in which callers of these tokens come in, and what their names begin with
 */
public record TokenRules(
    String issuer,
    String audience,
    Duration clockSkew,
    List<String> callerClaims,
    String scopesClaim,
    Set<Scope> scopes,
    String way) {
  public TokenRules {
    callerClaims = List.copyOf(callerClaims);
    scopes = Set.copyOf(scopes);
  }
}
