package io.comfygateway.access;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Authenticates by a key of the gateway or, if an issuer is configured, by a token. */
public final class KeyAuthenticator implements Authenticator {
  private final RequestCredentials credentials;
  private final ApiKeys keys;
  private final Optional<TokenVerifier> tokens;
  private final InstantSource clock;

  /** Accepts keys and, if there is a verifier, tokens. */
  public KeyAuthenticator(
      RequestCredentials credentials,
      ApiKeys keys,
      Optional<TokenVerifier> tokens,
      InstantSource clock) {
    this.credentials = credentials;
    this.keys = keys;
    this.tokens = tokens;
    this.clock = clock;
  }

  @Override
  public Optional<Identity> identify(RequestInfo request) {
    return request.client().isPresent()
        ? identifyAny(credentials.all(request))
        : credentials.find(request).map(this::identity);
  }

  // The first that is valid; if none is, the first says what is wrong.
  private Optional<Identity> identifyAny(List<RequestCredentials.Found> all) {
    Refusal first = null;
    for (RequestCredentials.Found found : all) {
      try {
        return Optional.of(identity(found));
      } catch (Refusal refusal) {
        first = first == null ? refusal : first;
      }
    }
    if (first != null) {
      throw first;
    }
    return Optional.empty();
  }

  private Identity identity(RequestCredentials.Found found) {
    Optional<KeyRecord> key = keys.find(found.secret());
    boolean isInUrl = found.scheme().equals(RequestCredentials.URL);
    if (key.isPresent()) {
      if (isInUrl && !key.get().mayBeInUrl()) {
        throw Refusal.of(
            "not-for-urls",
            key.get().name(),
            new Problem(
                ProblemType.FORBIDDEN,
                "The key \"%s\" lacks the scope \"url\", without which it may not be part of a URL. Revoke it, since URLs are logged on their way, and create one with that scope."
                    .formatted(key.get().name())));
      }
      requireLive(key.get(), clock.instant());
      return new Identity(
          key.get().caller(),
          found.scheme(),
          new Credential.Secret(key.get().hashOf(found.secret())));
    }
    if (!isInUrl && tokens.isPresent() && TokenVerifier.isToken(found.secret())) {
      TokenVerifier.Verified verified = tokens.get().verify(found.secret());
      return new Identity(verified.caller(), found.scheme(), verified.credential());
    }
    throw Refusal.wrong("unknown-key", "The key is not known. Check it for missing characters.");
  }

  /**
   * Demands that a key is valid.
   *
   * @throws Refusal if it was revoked or has expired
   */
  static void requireLive(KeyRecord key, Instant now) {
    if (key.isRevoked()) {
      throw Refusal.expired(
          "revoked", key.name(), "The key was revoked. Ask the operator for another one.");
    }
    if (!key.isLive(now)) {
      throw Refusal.expired(
          "expired", key.name(), "The key has expired. Ask the operator for a new one.");
    }
  }
}
