package io.comfygateway.app;

import io.comfygateway.access.AccessControl;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.DatabaseRateLimits;
import io.comfygateway.access.GeneratedKey;
import io.comfygateway.access.InMemoryRateLimits;
import io.comfygateway.access.KeyAdmin;
import io.comfygateway.access.KeyRecord;
import io.comfygateway.access.KeyStore;
import io.comfygateway.access.RateLimits;
import io.comfygateway.access.RequestCredentials;
import io.comfygateway.access.SignedUrls;
import io.comfygateway.access.StreamTickets;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.Settings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** API keys and what they allow. */
final class AccessBeans {
  private final GeneratedKey localKey;
  private final boolean othersAreAdmitted;
  private final ApiKeys keys;
  private final KeyAdmin keyAdmin;
  private final SignedUrls signedUrls;
  private final StreamTickets tickets;
  private final AccessControl accessControl;

  AccessBeans(SharedBeans shared) {
    Settings settings = shared.settings();
    Persistence persistence = shared.persistence();
    KeyStore keyStore = persistence.keyStore();
    this.othersAreAdmitted = Authenticators.acceptOthers(settings);
    this.localKey = LocalAdmin.key(settings);
    this.keys =
        new ApiKeys(
                settings.get(CallerSettings.API_KEYS).orElse(""),
                persistence.isOpen() ? keyStore.all() : List.of(),
                settings.isLoopback(),
                shared.clock())
            .and(localKey.record());
    this.keyAdmin =
        new KeyAdmin(
            keyStore, keys, persistence.callbackSecrets().get(0), shared.json(), shared.clock());
    this.signedUrls = new SignedUrls(persistence.masterKey(), shared.clock());
    this.tickets = new StreamTickets(shared.database().jdbc(), keys, shared.clock());
    RequestCredentials credentials =
        new RequestCredentials(settings.get(CallerSettings.AUTH_HEADER));
    this.accessControl =
        new AccessControl(
            new Authenticators(settings, shared.clock()).all(credentials, keys),
            credentials,
            settings.get(CallerSettings.TRUSTED_PROXIES),
            rateLimits(shared),
            settings.get(CallerSettings.FAILURES_PER_MINUTE),
            shared.clock());
  }

  private static RateLimits rateLimits(SharedBeans shared) {
    return shared.settings().database().isPostgres()
        ? new DatabaseRateLimits(shared.database().jdbc(), shared.clock())
        : new InMemoryRateLimits(shared.clock());
  }

  /** The key of the command on this machine. */
  GeneratedKey localKey() {
    return localKey;
  }

  /** The names of all keys; empty if callers without one of this gateway are admitted too. */
  Optional<Set<String>> callerNames() {
    return othersAreAdmitted
        ? Optional.empty()
        : Optional.of(
            Stream.concat(keys.configured().stream(), keys.stored().stream())
                .map(KeyRecord::name)
                .collect(Collectors.toSet()));
  }

  ApiKeys keys() {
    return keys;
  }

  KeyAdmin keyAdmin() {
    return keyAdmin;
  }

  SignedUrls signedUrls() {
    return signedUrls;
  }

  StreamTickets tickets() {
    return tickets;
  }

  AccessControl accessControl() {
    return accessControl;
  }
}
