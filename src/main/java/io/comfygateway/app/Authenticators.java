package io.comfygateway.app;

import io.comfygateway.access.AnonymousAuthenticator;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.AuthMode;
import io.comfygateway.access.Authenticator;
import io.comfygateway.access.KeyAuthenticator;
import io.comfygateway.access.PageOrigin;
import io.comfygateway.access.ProxyAuthenticators;
import io.comfygateway.access.RequestCredentials;
import io.comfygateway.access.SessionAuthenticator;
import io.comfygateway.access.TokenKeys;
import io.comfygateway.access.TokenRules;
import io.comfygateway.access.TokenVerifier;
import io.comfygateway.access.TrustedProxies;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.Setting;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.TokenSettings;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The authenticators that the settings ask for. */
record Authenticators(Settings settings, InstantSource clock) {
  private static final Duration CLOUDFLARE_SKEW = Duration.ofSeconds(60);
  private static final List<Setting<?>> WITHOUT_KEYS =
      List.of(
          TokenSettings.JWT_SECRET,
          TokenSettings.JWT_PUBLIC_KEY,
          TokenSettings.JWKS_URL,
          TokenSettings.CLOUDFLARE_TEAM,
          TokenSettings.FORWARDED_USER_HEADER);

  /** Whether callers need no key at all. */
  static boolean isOpen(Settings settings) {
    return settings.get(CallerSettings.AUTH) != AuthMode.REQUIRED;
  }

  /** Whether callers can be admitted without a key of this gateway. */
  static boolean acceptOthers(Settings settings) {
    return isOpen(settings) || WITHOUT_KEYS.stream().anyMatch(settings::isSet);
  }

  /** How the gateway recognises its own page. */
  static PageOrigin pageOrigin(Settings settings) {
    return new PageOrigin(
        settings.get(PortSettings.PUBLIC_URL), settings.isSet(PortSettings.TLS_CERTIFICATE));
  }

  /** All of them, in the order in which they are tried. */
  List<Authenticator> all(
      RequestCredentials credentials, ApiKeys keys, Optional<SessionAuthenticator> sessions) {
    TrustedProxies proxies = settings.get(CallerSettings.TRUSTED_PROXIES);
    List<Authenticator> all = new ArrayList<>();
    sessions.ifPresent(all::add);
    all.add(new KeyAuthenticator(credentials, keys, tokens(), clock));
    PageOrigin origin = pageOrigin(settings);
    cloudflare().ifPresent(it -> all.add(new ProxyAuthenticators.Cloudflare(it, proxies, origin)));
    settings
        .get(TokenSettings.FORWARDED_USER_HEADER)
        .ifPresent(
            header ->
                all.add(
                    new ProxyAuthenticators.Forwarded(
                        header,
                        settings.get(TokenSettings.FORWARDED_USER_SCOPES),
                        proxies,
                        origin)));
    if (isOpen(settings)) {
      boolean anywhere = settings.get(CallerSettings.AUTH) == AuthMode.NONE_ANYWHERE;
      all.add(new AnonymousAuthenticator(anywhere, settings.get(CallerSettings.OPEN_SCOPES)));
    }
    return all;
  }

  private Optional<TokenVerifier> tokens() {
    return Stream.of(
            settings.get(TokenSettings.JWT_SECRET),
            settings.get(TokenSettings.JWT_PUBLIC_KEY),
            settings.get(TokenSettings.JWKS_URL).map(this::fetched))
        .flatMap(Optional::stream)
        .findFirst()
        .map(keys -> new TokenVerifier(tokenRules(), keys, clock));
  }

  private TokenRules tokenRules() {
    return new TokenRules(
        settings.get(TokenSettings.JWT_ISSUER).orElseThrow(),
        settings.get(TokenSettings.JWT_AUDIENCE).orElseThrow(),
        settings.get(TokenSettings.JWT_CLOCK_SKEW),
        List.of(settings.get(TokenSettings.JWT_CALLER_CLAIM)),
        settings.get(TokenSettings.JWT_SCOPES_CLAIM).orElse(""),
        settings.get(TokenSettings.JWT_SCOPES),
        "jwt");
  }

  private Optional<TokenVerifier> cloudflare() {
    return settings
        .get(TokenSettings.CLOUDFLARE_TEAM)
        .map(
            team ->
                new TokenVerifier(
                    new TokenRules(
                        team.toString(),
                        settings.get(TokenSettings.CLOUDFLARE_AUDIENCE).orElseThrow(),
                        CLOUDFLARE_SKEW,
                        List.of("email", "common_name"),
                        "",
                        settings.get(TokenSettings.CLOUDFLARE_SCOPES),
                        "cloudflare"),
                    fetched(URI.create(team + "/cdn-cgi/access/certs")),
                    clock));
  }

  private TokenKeys fetched(URI url) {
    return TokenKeys.ofUrl(url, settings.get(TokenSettings.JWKS_AGE));
  }
}
