package io.comfygateway.settings;

import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.AuthMode;
import io.comfygateway.access.TokenKeys;
import io.comfygateway.config.FileFault;
import io.comfygateway.http.CertificateFiles;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules that concern more than one setting. */
final class SettingRules {
  private static final Duration LONGEST_S3_LINK = Duration.ofDays(7);
  private static final List<Setting<?>> TOKEN_KEYS =
      List.of(TokenSettings.JWT_SECRET, TokenSettings.JWT_PUBLIC_KEY, TokenSettings.JWKS_URL);

  /** All of them. Where a setting has several, the first that is broken counts. */
  static final List<Rule> ALL =
      Stream.concat(
              TOKEN_KEYS.stream().map(key -> new Rule(key, settings -> token(settings, key))),
              Stream.of(
                  new Rule(PortSettings.HOST, Settings::isLoopback),
                  new Rule(CallerSettings.API_KEYS, SettingRules::keys),
                  new Rule(CallerSettings.AUTH, SettingRules::mode),
                  new Rule(
                      TokenSettings.JWKS_URL, settings -> url(settings, TokenSettings.JWKS_URL)),
                  new Rule(
                      TokenSettings.CLOUDFLARE_TEAM,
                      settings -> url(settings, TokenSettings.CLOUDFLARE_TEAM)),
                  both(TokenSettings.CLOUDFLARE_TEAM, TokenSettings.CLOUDFLARE_AUDIENCE),
                  both(TokenSettings.CLOUDFLARE_TEAM, CallerSettings.TRUSTED_PROXIES),
                  both(TokenSettings.FORWARDED_USER_HEADER, CallerSettings.TRUSTED_PROXIES),
                  together(PortSettings.TLS_CERTIFICATE, PortSettings.TLS_KEY),
                  together(PortSettings.TLS_KEY, PortSettings.TLS_CERTIFICATE),
                  new Rule(PortSettings.TLS_KEY, SettingRules::certificate),
                  new Rule(StorageSettings.FILES, SettingRules::oneStore),
                  new Rule(DeliverySettings.S3_BUCKET, SettingRules::links),
                  together(DeliverySettings.S3_ACCESS_KEY, DeliverySettings.S3_SECRET_KEY),
                  together(DeliverySettings.S3_SECRET_KEY, DeliverySettings.S3_ACCESS_KEY)))
          .toList();

  private SettingRules() {}

  /** What throws an {@link IllegalArgumentException} that says what is wrong. */
  interface Check {
    void accept(Settings settings);
  }

  /**
   * A rule of a setting that is set, and whose own value can be used.
   *
   * @param setting the one to report if the rule is broken
   */
  record Rule(Setting<?> setting, Check check) {}

  private static Rule together(Setting<?> one, Setting<?> other) {
    return needs(one, other, "set both, or neither");
  }

  private static Rule both(Setting<?> one, Setting<?> other) {
    return needs(one, other, "set both");
  }

  private static Rule needs(Setting<?> one, Setting<?> other, String remedy) {
    return new Rule(
        one,
        settings -> {
          if (!settings.isSet(other)) {
            throw new IllegalArgumentException(
                "it is set but " + other.name() + " is not; " + remedy);
          }
        });
  }

  private static void keys(Settings settings) {
    settings
        .get(CallerSettings.API_KEYS)
        .ifPresent(keys -> ApiKeys.check(keys, isLoopback(settings)));
  }

  private static void mode(Settings settings) {
    if (settings.get(CallerSettings.AUTH) == AuthMode.NONE && !isLoopback(settings)) {
      throw new IllegalArgumentException(
          "none is for a gateway that only this machine reaches, but it listens on "
              + settings.get(PortSettings.HOST)
              + "; set none-anywhere if everybody who reaches it may use your GPU");
    }
  }

  // A host that is not an address is that setting's own fault.
  private static boolean isLoopback(Settings settings) {
    try {
      return settings.isLoopback();
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  private static void token(Settings settings, Setting<?> key) {
    for (Setting<?> other : TOKEN_KEYS) {
      if (!other.equals(key) && settings.isSet(other)) {
        throw new IllegalArgumentException(other.name() + " is set as well; set one of the two");
      }
    }
    for (Setting<?> other : List.of(TokenSettings.JWT_ISSUER, TokenSettings.JWT_AUDIENCE)) {
      if (!settings.isSet(other)) {
        throw new IllegalArgumentException(
            other.name()
                + " is not set; without it, tokens that were made for other services would be"
                + " accepted");
      }
    }
  }

  private static void url(Settings settings, Setting<Optional<URI>> setting) {
    settings.get(setting).ifPresent(url -> TokenKeys.ofUrl(url, Duration.ofMinutes(1)));
  }

  private static void certificate(Settings settings) {
    CertificateFiles files =
        new CertificateFiles(
            settings.get(PortSettings.TLS_CERTIFICATE).orElseThrow(),
            settings.get(PortSettings.TLS_KEY).orElseThrow());
    files.refresh();
    if (!files.faults().isEmpty()) {
      throw new IllegalArgumentException(
          files.faults().stream().map(FileFault::toString).collect(Collectors.joining("; ")));
    }
  }

  private static void oneStore(Settings settings) {
    if (settings.isSet(StorageSettings.FILES_DIR)) {
      throw new IllegalArgumentException(
          StorageSettings.FILES_DIR.name() + " is set as well; set one of the two");
    }
  }

  private static void links(Settings settings) {
    if (settings.get(StorageSettings.OUTPUT_URL_VALIDITY).compareTo(LONGEST_S3_LINK) > 0) {
      throw new IllegalArgumentException(
          "links into a bucket are valid for 7 days at most; set gateway.output-url.valid-hours to "
              + LONGEST_S3_LINK.toHours()
              + " or less");
    }
  }
}
