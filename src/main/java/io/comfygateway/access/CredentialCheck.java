package io.comfygateway.access;

import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Finds out whether the credential that admitted a caller is still valid. */
public final class CredentialCheck {
  private final ApiKeys keys;
  private final ConsoleSessions sessions;
  private final InstantSource clock;

  public CredentialCheck(ApiKeys keys, ConsoleSessions sessions, InstantSource clock) {
    this.keys = keys;
    this.sessions = sessions;
    this.clock = clock;
  }

  /**
   * The caller of a credential with the rights that it has now; empty if the credential has ended.
   *
   * @param admitted as the credential admitted it
   */
  Optional<Caller> caller(Caller admitted, Credential credential) {
    if (credential instanceof Credential.Session session) {
      return sessions
          .signedIn(session.id())
          .map(ConsoleSessions.SignedIn::caller)
          .filter(caller -> caller.name().equals(admitted.name()));
    }
    if (credential instanceof Credential.Secret secret) {
      return keys.live(admitted.name())
          .filter(key -> key.isValid(secret.hash(), clock.instant()))
          .findFirst()
          .map(KeyRecord::caller);
    }
    Credential.Foreign foreign = (Credential.Foreign) credential;
    return Optional.of(admitted)
        .filter(caller -> foreign.ends().filter(end -> !clock.instant().isBefore(end)).isEmpty());
  }

  /**
   * Whether the credential is still valid, for one thread. It looks every two seconds, however
   * often it is called.
   *
   * @param admitted as the credential admitted it
   */
  public BooleanSupplier lasting(Caller admitted, Credential credential) {
    return new AdmissionWatch(() -> caller(admitted, credential).isPresent(), clock);
  }
}
