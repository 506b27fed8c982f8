package io.comfygateway.access;

import io.comfygateway.webhook.WebhookSecret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A key as it is stored.
 *
 * @param name the caller's name, to which its jobs belong
 * @param secret recognises the key's secret
 * @param former the secret before the last rotation
 * @param scopes what the key may do
 * @param restrictions where, when and how often it may do that
 * @param signing its own secrets for callbacks
 * @param life when it was created and revoked
 */
public record KeyRecord(
    String name,
    SecretHash secret,
    Optional<Overlap<SecretHash>> former,
    Set<Scope> scopes,
    KeyRestrictions restrictions,
    Signing signing,
    Life life) {

  /** The secrets that sign its jobs' callbacks; without one, the gateway's secret signs. */
  public record Signing(Optional<WebhookSecret> secret, Optional<Overlap<WebhookSecret>> former) {
    /** The gateway's secret signs. */
    public static final Signing GATEWAYS_OWN = new Signing(Optional.empty(), Optional.empty());

    List<WebhookSecret> at(Instant now) {
      List<WebhookSecret> valid = new ArrayList<>();
      secret.ifPresent(valid::add);
      former.filter(overlap -> !overlap.isOver(now)).map(Overlap::former).ifPresent(valid::add);
      return valid;
    }
  }

  /** When it was created and, if so, revoked. */
  public record Life(Instant created, Optional<Instant> revoked) {}

  public KeyRecord {
    scopes = Set.copyOf(scopes);
  }

  /** A new key without restrictions. */
  static KeyRecord of(String name, SecretHash secret, Set<Scope> scopes) {
    return new KeyRecord(
        name,
        secret,
        Optional.empty(),
        scopes,
        KeyRestrictions.NONE,
        Signing.GATEWAYS_OWN,
        new Life(Instant.EPOCH, Optional.empty()));
  }

  KeyRecord with(KeyRestrictions newRestrictions, Signing newSigning, Instant created) {
    return new KeyRecord(
        name,
        secret,
        former,
        scopes,
        newRestrictions,
        newSigning,
        new Life(created, Optional.empty()));
  }

  /**
   * Whether this is the key's secret, or the former one while it is still valid. Takes the same
   * time for every wrong candidate.
   */
  boolean matches(String candidate, Instant now) {
    boolean current = secret.matches(candidate);
    boolean previous = former.filter(old -> old.former().matches(candidate)).isPresent();
    return current || (previous && !former.get().isOver(now));
  }

  /** The hash that recognises a secret of the key: its own, or else the former one. */
  SecretHash hashOf(String its) {
    return former
        .map(Overlap::former)
        .filter(old -> !secret.matches(its) && old.matches(its))
        .orElse(secret);
  }

  /** Whether a hash is that of its secret, or of the former one while that is still valid. */
  boolean isValid(SecretHash hash, Instant now) {
    return valid(now).anyMatch(hash::equals);
  }

  /** The hash of its secret, and that of the former one while that is still valid. */
  Stream<SecretHash> valid(Instant now) {
    return Stream.concat(
        Stream.of(secret), former.filter(old -> !old.isOver(now)).map(Overlap::former).stream());
  }

  boolean isRevoked() {
    return life.revoked().isPresent();
  }

  /** Whether it is valid now. */
  boolean isLive(Instant now) {
    return !isRevoked() && !restrictions.haveExpired(now);
  }

  /** Whether it may be part of a URL. */
  boolean mayBeInUrl() {
    return scopes.contains(Scope.URL) && !scopes.contains(Scope.ADMIN);
  }

  Caller caller() {
    return new Caller(name, scopes, restrictions);
  }
}
