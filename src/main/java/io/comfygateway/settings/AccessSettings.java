package io.comfygateway.settings;

import io.comfygateway.access.AccessControl;
import io.comfygateway.access.AnonymousAuthenticator;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.Authenticator;
import io.comfygateway.access.KeyAuthenticator;
import io.comfygateway.access.ProxyAuthenticators;
import io.comfygateway.access.RateLimits;
import io.comfygateway.access.RequestCredentials;
import io.comfygateway.access.Scope;
import io.comfygateway.access.TokenKeys;
import io.comfygateway.access.TokenRules;
import io.comfygateway.access.TokenVerifier;
import io.comfygateway.access.TrustedProxies;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The settings of who may call, and what is made of them. */
public final class AccessSettings {
  private static final String REQUIRED = "required";
  private static final String NONE = "none";
  private static final String NONE_ANYWHERE = "none-anywhere";
  private static final Duration CLOUDFLARE_SKEW = Duration.ofSeconds(60);
  private static final List<String> TOKEN_KEYS =
      List.of("gateway.jwt.secret", "gateway.jwt.public-key", "gateway.jwt.jwks-url");

  private final Settings settings;

  public AccessSettings(Settings settings) {
    this.settings = settings;
  }

  /** What decides on every request. */
  public AccessControl accessControl(ApiKeys keys, RateLimits rates, InstantSource clock) {
    RequestCredentials credentials = new RequestCredentials(settings.text("gateway.auth-header"));
    TrustedProxies proxies = trustedProxies();
    List<Authenticator> ways = new ArrayList<>();
    ways.add(new KeyAuthenticator(credentials, keys, tokens(clock), clock));
    cloudflare(clock)
        .ifPresent(tokens -> ways.add(new ProxyAuthenticators.Cloudflare(tokens, proxies)));
    settings
        .optional("gateway.forwarded-user.header")
        .ifPresent(
            header ->
                ways.add(
                    new ProxyAuthenticators.Forwarded(
                        header, scopes("gateway.forwarded-user.scopes"), proxies)));
    if (isOpen()) {
      ways.add(
          new AnonymousAuthenticator(
              NONE_ANYWHERE.equals(mode()), scopes("gateway.auth.open-scopes")));
    }
    return new AccessControl(
        ways,
        credentials,
        proxies,
        rates,
        settings.number("gateway.auth.failures-per-minute", 1, 1_000_000),
        clock);
  }

  /** Whether callers need no key at all. */
  public boolean isOpen() {
    return !REQUIRED.equals(mode());
  }

  /** Whether somebody can call without a key of the gateway's own. */
  public boolean hasOtherWays() {
    return isOpen()
        || TOKEN_KEYS.stream().anyMatch(this::isSet)
        || isSet("gateway.cloudflare.team-url")
        || isSet("gateway.forwarded-user.header");
  }

  /**
   * {@code required}, {@code none} or {@code none-anywhere}.
   *
   * @throws IllegalArgumentException where it is another word, or does not fit the host
   */
  public String mode() {
    String mode = settings.text("gateway.auth");
    if (!Set.of(REQUIRED, NONE, NONE_ANYWHERE).contains(mode)) {
      throw new IllegalArgumentException(
          "\"" + mode + "\" is not one of required, none and none-anywhere");
    }
    if (NONE.equals(mode) && !settings.isLoopback()) {
      throw new IllegalArgumentException(
          "none is for a gateway that only this machine reaches, and it is to listen on "
              + settings.host()
              + "; set none-anywhere where everybody who reaches it shall use your GPU");
    }
    return mode;
  }

  /** Whose word on callers is taken. */
  TrustedProxies trustedProxies() {
    return new TrustedProxies(settings.optional("gateway.trusted-proxies").orElse(""));
  }

  /** Scopes that a setting names. */
  Set<Scope> scopes(String name) {
    return Scope.parse(settings.text(name));
  }

  /** What verifies JWTs; empty where none are accepted. */
  Optional<TokenVerifier> tokens(InstantSource clock) {
    List<String> given = TOKEN_KEYS.stream().filter(this::isSet).toList();
    if (given.isEmpty()) {
      return Optional.empty();
    }
    TokenRules rules =
        new TokenRules(
            settings.text("gateway.jwt.issuer"),
            settings.text("gateway.jwt.audience"),
            Duration.ofSeconds(settings.number("gateway.jwt.clock-skew-seconds", 0, 600)),
            List.of(settings.text("gateway.jwt.caller-claim")),
            settings.optional("gateway.jwt.scopes-claim").orElse(""),
            scopes("gateway.jwt.scopes"),
            "jwt");
    return Optional.of(new TokenVerifier(rules, tokenKeys(given.get(0)), clock));
  }

  /**
   * With what a JWT is verified.
   *
   * @param name the setting
   * @throws IllegalArgumentException where it cannot be used, or another is set as well
   */
  TokenKeys tokenKeys(String name) {
    Stream.concat(TOKEN_KEYS.stream(), Stream.of("gateway.jwt.issuer", "gateway.jwt.audience"))
        .filter(Predicate.not(name::equals))
        .forEach(other -> requireFitting(other));
    String value = settings.text(name);
    return switch (name) {
      case "gateway.jwt.secret" -> TokenKeys.ofSecret(value);
      case "gateway.jwt.public-key" -> TokenKeys.ofPem(pem(value));
      default -> TokenKeys.ofUrl(Settings.httpUrl(value), keptSets());
    };
  }

  private void requireFitting(String other) {
    if (TOKEN_KEYS.contains(other) && isSet(other)) {
      throw new IllegalArgumentException(other + " is set as well; set one of the two");
    }
    if (!TOKEN_KEYS.contains(other) && !isSet(other)) {
      throw new IllegalArgumentException(
          other
              + " is not set; without it, tokens that were made for other services would be"
              + " accepted");
    }
  }

  private static String pem(String value) {
    if (value.contains("-----BEGIN")) {
      return value.replace("\\n", "\n");
    }
    try {
      return Files.readString(Path.of(value));
    } catch (IOException e) {
      throw new IllegalArgumentException("the file " + value + " cannot be read", e);
    }
  }

  private Duration keptSets() {
    return Duration.ofMinutes(settings.number("gateway.jwt.jwks-minutes", 1, 1_440));
  }

  /** What verifies Cloudflare Access's tokens; empty where none are accepted. */
  Optional<TokenVerifier> cloudflare(InstantSource clock) {
    return settings
        .optional("gateway.cloudflare.team-url")
        .map(
            team -> {
              URI url = Settings.httpUrl(team);
              require("gateway.cloudflare.audience");
              require("gateway.trusted-proxies");
              return new TokenVerifier(
                  new TokenRules(
                      url.toString(),
                      settings.text("gateway.cloudflare.audience"),
                      CLOUDFLARE_SKEW,
                      List.of("email", "common_name"),
                      "",
                      scopes("gateway.cloudflare.scopes"),
                      "cloudflare"),
                  TokenKeys.ofUrl(URI.create(url + "/cdn-cgi/access/certs"), keptSets()),
                  clock);
            });
  }

  /** The header in which a proxy names its user has proxies that it is believed of. */
  void checkForwardedUser() {
    if (isSet("gateway.forwarded-user.header")) {
      require("gateway.trusted-proxies");
    }
  }

  private void require(String other) {
    if (!isSet(other)) {
      throw new IllegalArgumentException("it is set but " + other + " is not; set both");
    }
  }

  private boolean isSet(String name) {
    return settings.optional(name).isPresent();
  }
}
