package io.comfygateway.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import com.nimbusds.jwt.util.DateUtils;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifies the tokens of one issuer: signed JWTs (RFC 7519, RFC 7515). */
public final class TokenVerifier {
  private static final Logger LOG = LoggerFactory.getLogger(TokenVerifier.class);
  private static final Pattern TOKEN =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]*");
  private static final int LONGEST_TOKEN = 16_384;
  // The length of the column for a job's owner.
  private static final int LONGEST_NAME = 100;

  private final TokenRules rules;
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  /**
   * Creates a verifier.
   *
   * @param rules what a token must contain
   * @param keys verify its signature
   */
  public TokenVerifier(TokenRules rules, TokenKeys keys, InstantSource clock) {
    this.rules = rules;
    // The second type is from RFC 9068; the header may have none.
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    processor.setJWSKeySelector(keys.selector());
    ClaimsAt claims = new ClaimsAt(rules, clock);
    claims.setMaxClockSkew((int) rules.clockSkew().toSeconds());
    processor.setJWTClaimsSetVerifier(claims);
  }

  /** A claim that breaks a rule; the message is for the caller. */
  private static final class UnfitClaim extends BadJWTException {
    private static final long serialVersionUID = 1L;

    UnfitClaim(String reason) {
      super(reason);
    }
  }

  private static final class ClaimsAt extends DefaultJWTClaimsVerifier<SecurityContext> {
    private final TokenRules rules;
    private final InstantSource clock;

    ClaimsAt(TokenRules rules, InstantSource clock) {
      super(
          Set.of(rules.audience()),
          new JWTClaimsSet.Builder().issuer(rules.issuer()).build(),
          Set.of("exp"),
          Set.of());
      this.rules = rules;
      this.clock = clock;
    }

    @Override
    public void verify(JWTClaimsSet claims, SecurityContext context) throws BadJWTException {
      require(claims.getAudience().contains(rules.audience()), "it is for another audience");
      require(rules.issuer().equals(claims.getIssuer()), "it is from another issuer");
      require(claims.getExpirationTime() != null, "it has no expiry time");
      Date begins = claims.getNotBeforeTime();
      require(
          begins == null || DateUtils.isBefore(begins, currentTime(), getMaxClockSkew()),
          "it is not valid yet");
      super.verify(claims, context);
    }

    private static void require(boolean fits, String otherwise) throws BadJWTException {
      if (!fits) {
        throw new UnfitClaim(otherwise);
      }
    }

    @Override
    protected Date currentTime() {
      return Date.from(clock.instant());
    }
  }

  /** Whether a secret has the form of a token, and so is not a mistyped key. */
  static boolean isToken(String secret) {
    return secret.length() <= LONGEST_TOKEN && TOKEN.matcher(secret).matches();
  }

  /**
   * What a token says.
   *
   * @param ends when it is no longer accepted
   */
  record Verified(Caller caller, Instant ends) {
    Credential credential() {
      return new Credential.Foreign(Optional.of(ends));
    }
  }

  /**
   * The caller that a token names, and when the token ends.
   *
   * @throws Refusal if it is not valid now, or cannot be verified
   */
  Verified verify(String token) {
    try {
      JWTClaimsSet claims = processor.process(SignedJWT.parse(token), null);
      Instant ends = claims.getExpirationTime().toInstant().plus(rules.clockSkew());
      return new Verified(caller(claims), ends);
    } catch (RateLimitReachedException e) {
      throw Refusal.wrong("invalid-token", "The token is not valid: " + why(e) + ".");
    } catch (KeySourceException e) {
      LOG.error("the JWK set cannot be fetched issuer={}", rules.issuer(), e);
      throw Refusal.of(
          "keys-unavailable",
          "",
          new Problem(
                  ProblemType.IDENTITY_UNAVAILABLE,
                  "The token cannot be verified now, because the keys of its issuer cannot be fetched."
                      + " Try again later.")
              .withHeader("Retry-After", "10"));
    } catch (ParseException | BadJOSEException | JOSEException e) {
      LOG.debug("token refused", e);
      throw Refusal.wrong("invalid-token", "The token is not valid: " + why(e) + ".");
    }
  }

  // The library's own messages may repeat contents of the token.
  private static String why(Exception refused) {
    if (refused instanceof KeySourceException) {
      return "its key is not known";
    }
    if (refused instanceof ExpiredJWTException) {
      return "it has expired";
    }
    if (refused instanceof UnfitClaim claim) {
      return claim.getMessage();
    }
    return "it is not signed by its issuer with an algorithm that is accepted here";
  }

  private Caller caller(JWTClaimsSet claims) {
    String name =
        rules.callerClaims().stream()
            .map(claims::getClaim)
            .filter(Objects::nonNull)
            .map(Object::toString)
            .filter(value -> !value.isBlank())
            .findFirst()
            .map(value -> rules.scheme() + ":" + value)
            .orElseThrow(
                () ->
                    Refusal.wrong(
                        "nameless-token",
                        "The token has no caller in its claim "
                            + String.join(" or ", rules.callerClaims())
                            + "."));
    if (name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
      throw Refusal.wrong(
          "nameless-token",
          "The caller's name in the token must have at most "
              + LONGEST_NAME
              + " characters, and no control characters.");
    }
    Set<Scope> given = scopes(claims.getClaim(rules.scopesClaim()));
    return new Caller(name, given.isEmpty() ? rules.scopes() : given);
  }

  private static Set<Scope> scopes(Object claim) {
    Stream<String> words =
        claim instanceof List<?> several
            ? several.stream().map(String::valueOf)
            : Optional.ofNullable(claim).map(Object::toString).stream()
                .flatMap(text -> Arrays.stream(text.split("[ ,]+")));
    return words
        .flatMap(word -> Scope.ofWord(word).stream())
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Scope.class)));
  }
}
