package io.comfygateway.access;

import java.time.InstantSource;
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
    return credentials.find(request).map(found -> new Identity(caller(found), found.scheme()));
  }

  private Caller caller(RequestCredentials.Found found) {
    Optional<KeyRecord> key = keys.find(found.secret());
    if (key.isPresent()) {
      return live(key.get());
    }
    if (tokens.isPresent() && TokenVerifier.isToken(found.secret())) {
      return tokens.get().verify(found.secret());
    }
    throw Refusal.wrong("unknown-key", "The key is not known. Check it for missing characters.");
  }

  private Caller live(KeyRecord key) {
    if (key.isRevoked()) {
      throw Refusal.expired(
          "revoked", key.name(), "The key was revoked. Ask the operator for another one.");
    }
    if (!key.isLive(clock.instant())) {
      throw Refusal.expired(
          "expired", key.name(), "The key has expired. Ask the operator for a new one.");
    }
    return key.caller();
  }
}
