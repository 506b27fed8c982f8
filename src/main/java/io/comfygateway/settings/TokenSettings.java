package io.comfygateway.settings;

import io.comfygateway.access.Scope;
import io.comfygateway.access.TokenKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The settings of callers whom somebody else vouches for: by a token, or as a proxy. */
public final class TokenSettings {
  public static final Setting<Optional<TokenKeys>> JWT_SECRET =
      Setting.of(
              "gateway.jwt.secret",
              SettingType.optional("text of 32 bytes or more", TokenKeys::ofSecret),
              "",
              "The secret that tokens are signed with by HS256.")
          .asSecret();
  public static final Setting<Optional<TokenKeys>> JWT_PUBLIC_KEY =
      Setting.of(
          "gateway.jwt.public-key",
          SettingType.optional("PEM, or its file", text -> TokenKeys.ofPem(pem(text))),
          "",
          "The public key or certificate of tokens that are signed by RS256 or ES256.");
  public static final Setting<Optional<URI>> JWKS_URL =
      Setting.of(
          "gateway.jwt.jwks-url",
          SettingTypes.optionalUrl(),
          "",
          "The JWK set with the public keys of tokens that are signed by RS256 or ES256.");
  public static final Setting<Optional<String>> JWT_ISSUER =
      Setting.of(
          "gateway.jwt.issuer",
          SettingTypes.optionalText(),
          "",
          "The issuer that a token must name (iss); needed with one of the three above.");
  public static final Setting<Optional<String>> JWT_AUDIENCE =
      Setting.of(
          "gateway.jwt.audience",
          SettingTypes.optionalText(),
          "",
          "The audience that a token must name (aud); needed with one of the three above.");
  public static final Setting<Duration> JWT_CLOCK_SKEW =
      Setting.of(
          "gateway.jwt.clock-skew-seconds",
          SettingTypes.seconds(0, 600),
          "60",
          "How far the clock of the issuer may be off.");
  public static final Setting<String> JWT_CALLER_CLAIM =
      Setting.of(
          "gateway.jwt.caller-claim",
          SettingTypes.text(),
          "sub",
          "The claim that names the caller.");
  public static final Setting<Optional<String>> JWT_SCOPES_CLAIM =
      Setting.of(
          "gateway.jwt.scopes-claim",
          SettingTypes.optionalText(),
          "scope",
          "The claim that lists scopes; words that are no scope of the gateway are ignored.");
  public static final Setting<Set<Scope>> JWT_SCOPES =
      Setting.of(
          "gateway.jwt.scopes",
          SettingTypes.scopes(),
          "run",
          "What a caller may do whose token lists no scope.");
  public static final Setting<Duration> JWKS_AGE =
      Setting.of(
          "gateway.jwt.jwks-minutes",
          SettingTypes.minutes(1, 1_440),
          "10",
          "How long a JWK set is used before it is fetched again.");

  public static final Setting<Optional<URI>> CLOUDFLARE_TEAM =
      Setting.of(
          "gateway.cloudflare.team-url",
          SettingTypes.optionalUrl(),
          "",
          "Cloudflare Access: https://<team>.cloudflareaccess.com.");
  public static final Setting<Optional<String>> CLOUDFLARE_AUDIENCE =
      Setting.of(
          "gateway.cloudflare.audience",
          SettingTypes.optionalText(),
          "",
          "The audience tag (AUD) of the application in Cloudflare Access.");
  public static final Setting<Set<Scope>> CLOUDFLARE_SCOPES =
      Setting.of(
          "gateway.cloudflare.scopes",
          SettingTypes.scopes(),
          "run",
          "What callers may do who come through Cloudflare Access.");
  public static final Setting<Optional<String>> FORWARDED_USER_HEADER =
      Setting.of(
          "gateway.forwarded-user.header",
          SettingTypes.optionalHeader(),
          "",
          "The header in which the proxy names its user, such as X-Forwarded-User; the proxy must"
              + " remove it from what callers send.");
  public static final Setting<Set<Scope>> FORWARDED_USER_SCOPES =
      Setting.of(
          "gateway.forwarded-user.scopes",
          SettingTypes.scopes(),
          "run",
          "What these users may do.");

  static final SettingGroup TOKENS =
      new SettingGroup(
          "Tokens (JWT) as Authorization: Bearer",
          "Set one of secret, public key and JWK set; with it, issuer and audience are needed.",
          List.of(
              JWT_SECRET,
              JWT_PUBLIC_KEY,
              JWKS_URL,
              JWT_ISSUER,
              JWT_AUDIENCE,
              JWT_CLOCK_SKEW,
              JWT_CALLER_CLAIM,
              JWT_SCOPES_CLAIM,
              JWT_SCOPES,
              JWKS_AGE));

  static final SettingGroup PROXIES =
      new SettingGroup(
          "Callers for whom a proxy vouches",
          "Believed of GATEWAY_TRUSTED_PROXIES only.",
          List.of(
              CLOUDFLARE_TEAM,
              CLOUDFLARE_AUDIENCE,
              CLOUDFLARE_SCOPES,
              FORWARDED_USER_HEADER,
              FORWARDED_USER_SCOPES));

  private TokenSettings() {}

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
}
