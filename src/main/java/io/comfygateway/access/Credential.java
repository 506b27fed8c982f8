package io.comfygateway.access;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What admitted a caller. A stream, or a ticket for one, ends with it. It contains no secret.
 *
 * @see CredentialCheck
 */
public sealed interface Credential {
  /** A session of the console. */
  record Session(UUID id) implements Credential {}

  /**
   * A secret of a key.
   *
   * @param hash of the key's present secret, or of its former one
   */
  record Secret(SecretHash hash) implements Credential {}

  /**
   * What another service vouches for, or nothing at all.
   *
   * @param ends when a token expires
   */
  record Foreign(Optional<Instant> ends) implements Credential {
    /** One that does not expire. */
    static final Foreign ENDLESS = new Foreign(Optional.empty());
  }
}
