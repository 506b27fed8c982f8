package io.comfygateway.app;

import io.comfygateway.access.AccessControl;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.ConsoleSessions;
import io.comfygateway.access.ConsoleSignIn;
import io.comfygateway.access.CredentialCheck;
import io.comfygateway.access.DatabaseRateLimits;
import io.comfygateway.access.GeneratedKey;
import io.comfygateway.access.InMemoryRateLimits;
import io.comfygateway.access.KeyAdmin;
import io.comfygateway.access.KeyRecord;
import io.comfygateway.access.KeyStore;
import io.comfygateway.access.PageOrigin;
import io.comfygateway.access.RateLimits;
import io.comfygateway.access.RequestCredentials;
import io.comfygateway.access.SessionAuthenticator;
import io.comfygateway.access.SessionCookie;
import io.comfygateway.access.SignedUrls;
import io.comfygateway.access.StreamTickets;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.PageSettings;
import io.comfygateway.settings.PortSettings;
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
  private final CredentialCheck check;
  private final StreamTickets tickets;
  private final ConsoleSessions sessions;
  private final ConsoleSignIn signIn;
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
    this.sessions =
        new ConsoleSessions(
            shared.database().jdbc(),
            keys,
            persistence.masterKey(),
            new ConsoleSessions.Limits(
                settings.get(PageSettings.CONSOLE_SESSION),
                settings.get(PageSettings.CONSOLE_IDLE)),
            shared.clock());
    this.check = new CredentialCheck(keys, sessions, shared.clock());
    this.tickets =
        new StreamTickets(
            shared.database().jdbc(), keys, check, persistence.masterKey(), shared.clock());
    SessionCookie cookie =
        new SessionCookie(
            settings.isSet(PortSettings.TLS_CERTIFICATE), settings.get(PortSettings.PUBLIC_URL));
    PageOrigin origin = Authenticators.pageOrigin(settings);
    boolean isConsoleOff = settings.get(PageSettings.CONSOLE).equals(PageSettings.OFF);
    RequestCredentials credentials =
        new RequestCredentials(settings.get(CallerSettings.AUTH_HEADER));
    this.accessControl =
        new AccessControl(
            new Authenticators(settings, shared.clock())
                .all(
                    credentials,
                    keys,
                    isConsoleOff
                        ? Optional.empty()
                        : Optional.of(
                            new SessionAuthenticator(sessions, cookie, origin, credentials, keys))),
            credentials,
            settings.get(CallerSettings.TRUSTED_PROXIES),
            rateLimits(shared),
            settings.get(CallerSettings.FAILURES_PER_MINUTE),
            shared.clock());
    this.signIn = new ConsoleSignIn(accessControl, keys, sessions, cookie, origin, shared.clock());
  }

  ConsoleSessions sessions() {
    return sessions;
  }

  ConsoleSignIn signIn() {
    return signIn;
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

  CredentialCheck check() {
    return check;
  }

  StreamTickets tickets() {
    return tickets;
  }

  AccessControl accessControl() {
    return accessControl;
  }
}
