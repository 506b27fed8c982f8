package io.comfygateway.access;

import io.comfygateway.webhook.WebhookSecret;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept of a key.
 *
 * @param name the caller's name, which its jobs belong to
 * @param secret recognises its secret
 * @param former the secret before the last rotation
 * @param scopes what the key may do
 * @param bounds within which bounds
 * @param signing its own secrets for callbacks
 * @param life since when it is there, and no longer
 */
public record KeyRecord(
    String name,
    SecretHash secret,
    Optional<Overlap<SecretHash>> former,
    Set<Scope> scopes,
    KeyRestrictions bounds,
    Signing signing,
    Life life) {

  /** The secrets that its jobs' callbacks are signed with; without one, the gateway's own is. */
  public record Signing(Optional<WebhookSecret> secret, Optional<Overlap<WebhookSecret>> former) {
    /** Signs with the gateway's own. */
    public static final Signing GATEWAYS_OWN = new Signing(Optional.empty(), Optional.empty());

    List<WebhookSecret> at(Instant now) {
      List<WebhookSecret> valid = new ArrayList<>();
      secret.ifPresent(valid::add);
      former.filter(overlap -> !overlap.isOver(now)).map(Overlap::former).ifPresent(valid::add);
      return valid;
    }
  }

  /** When it was made, and revoked. */
  public record Life(Instant created, Optional<Instant> revoked) {}

  public KeyRecord {
    scopes = Set.copyOf(scopes);
  }

  /** A new key without bounds. */
  static KeyRecord of(String name, String secret, Set<Scope> scopes, SecureRandom random) {
    return new KeyRecord(
        name,
        SecretHash.of(secret, random),
        Optional.empty(),
        scopes,
        KeyRestrictions.NONE,
        Signing.GATEWAYS_OWN,
        new Life(Instant.EPOCH, Optional.empty()));
  }

  KeyRecord with(KeyRestrictions newBounds, Signing newSigning, Instant created) {
    return new KeyRecord(
        name, secret, former, scopes, newBounds, newSigning, new Life(created, Optional.empty()));
  }

  /**
   * Whether this is the key's secret, or the one before it while both count. Takes the same time
   * for every wrong one.
   */
  boolean matches(String candidate, Instant now) {
    boolean current = secret.matches(candidate);
    boolean previous = former.filter(old -> old.former().matches(candidate)).isPresent();
    return current || (previous && !former.get().isOver(now));
  }

  boolean isRevoked() {
    return life.revoked().isPresent();
  }

  /** Whether it may be used now. */
  boolean isLive(Instant now) {
    return !isRevoked() && !bounds.isOver(now);
  }

  Caller caller() {
    return new Caller(name, scopes, bounds);
  }
}
