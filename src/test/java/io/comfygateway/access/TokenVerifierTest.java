package io.comfygateway.access;

import static io.comfygateway.access.TestRequests.from;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import io.comfygateway.SettableClock;
import io.comfygateway.problem.ProblemType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which tokens are believed, and what they say. */
class TokenVerifierTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final String ISSUER = "https://issuer.example";
  private static RSAKey rsa;
  private static ECKey ec;

  private final SettableClock clock = new SettableClock();

  @BeforeAll
  static void makeKeys() throws JOSEException {
    rsa = new RSAKeyGenerator(2048).keyID("one").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("two").generate();
  }

  private TokenVerifier verifier(TokenKeys keys) {
    return new TokenVerifier(
        new TokenRules(
            ISSUER,
            "gateway",
            Duration.ofSeconds(60),
            List.of("email", "sub"),
            "scope",
            EnumSet.of(Scope.RUN),
            "jwt"),
        keys,
        clock);
  }

  private JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(List.of("other", "gateway"))
        .subject("alice")
        .expirationTime(at(clock.instant().plusSeconds(300)));
  }

  private static Date at(Instant time) {
    return Date.from(time);
  }

  private String hs256(JWTClaimsSet claims) throws JOSEException {
    return TokenIssuer.signed(JWSAlgorithm.HS256, new MACSigner(SECRET), claims, null);
  }

  private String rs256(RSAKey key) throws JOSEException {
    return TokenIssuer.signed(
        JWSAlgorithm.RS256, new RSASSASigner(key), claims().build(), key.getKeyID());
  }

  private static Refusal refused(TokenVerifier verifier, String token) {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> verifier.verify(token));
    assertThat(refusal).as("refused").isNotNull();
    return refusal;
  }

  @Test
  void a_token_is_verified_by_a_secret_an_RSA_key_or_an_EC_key() throws Exception {
    String byEc =
        TokenIssuer.signed(
            JWSAlgorithm.ES256, new ECDSASigner(ec), claims().build(), ec.getKeyID());

    assertThat(verifier(TokenKeys.ofSecret(SECRET)).verify(hs256(claims().build())).caller().name())
        .isEqualTo("jwt:alice");
    assertThat(
            verifier(TokenKeys.ofPem(TokenIssuer.pem(rsa.toPublicKey())))
                .verify(rs256(rsa))
                .caller()
                .name())
        .isEqualTo("jwt:alice");
    assertThat(
            verifier(TokenKeys.ofPem(TokenIssuer.pem(ec.toPublicKey())))
                .verify(byEc)
                .caller()
                .name())
        .isEqualTo("jwt:alice");
  }

  @Test
  void none_is_no_algorithm_and_a_public_key_is_no_secret() throws Exception {
    String pem = TokenIssuer.pem(rsa.toPublicKey());
    TokenVerifier verifier = verifier(TokenKeys.ofPem(pem));
    JWTClaimsSet claims = claims().build();
    String[] parts = rs256(rsa).split("\\.");

    for (String token :
        List.of(
            new PlainJWT(claims).serialize(),
            parts[0] + "." + parts[1] + ".",
            new PlainJWT(claims).serialize() + parts[2],
            TokenIssuer.signed(
                JWSAlgorithm.HS256,
                new MACSigner(pem.getBytes(StandardCharsets.UTF_8)),
                claims,
                null),
            TokenIssuer.signed(
                JWSAlgorithm.HS256, new MACSigner(rsa.toPublicKey().getEncoded()), claims, null),
            TokenIssuer.signed(JWSAlgorithm.RS512, new RSASSASigner(rsa), claims, null),
            TokenIssuer.signed(JWSAlgorithm.PS256, new RSASSASigner(rsa), claims, null),
            TokenIssuer.signed(JWSAlgorithm.ES256, new ECDSASigner(ec), claims, null),
            rs256(new RSAKeyGenerator(2048).generate()),
            parts[0] + "." + parts[1].substring(1) + "." + parts[2],
            "a.b.c")) {
      Refusal refusal = refused(verifier, token);
      assertThat(refusal.problem().type()).isEqualTo(ProblemType.UNAUTHENTICATED);
      assertThat(refusal.isGuess()).isTrue();
    }
    assertThat(TokenVerifier.isToken(SECRET)).isFalse();
  }

  @Test
  void issuer_audience_and_times_must_be_right_within_the_clock_skew() throws Exception {
    TokenVerifier verifier = verifier(TokenKeys.ofSecret(SECRET));
    Instant now = clock.instant();

    assertThat(refused(verifier, hs256(claims().issuer("https://evil.example").build())).problem())
        .hasMessageContaining("another issuer");
    assertThat(refused(verifier, hs256(claims().audience("other").build())).problem())
        .hasMessageContaining("another audience");
    assertThat(refused(verifier, hs256(claims().audience((String) null).build())).problem())
        .hasMessageContaining("another audience");
    assertThat(refused(verifier, hs256(claims().expirationTime(null).build())).problem())
        .hasMessageContaining("no expiry time");
    assertThat(
            refused(verifier, hs256(claims().expirationTime(at(now.minusSeconds(61))).build()))
                .problem())
        .hasMessageContaining("has expired");
    assertThat(
            refused(verifier, hs256(claims().notBeforeTime(at(now.plusSeconds(61))).build()))
                .problem())
        .hasMessageContaining("not valid yet");

    assertThat(verifier.verify(hs256(claims().expirationTime(at(now.minusSeconds(59))).build())))
        .extracting(TokenVerifier.Verified::ends)
        .isEqualTo(Date.from(now.minusSeconds(59)).toInstant().plusSeconds(60));
    verifier.verify(hs256(claims().notBeforeTime(at(now.plusSeconds(59))).build()));
  }

  @Test
  void the_claims_name_the_caller_and_its_scopes() throws Exception {
    TokenVerifier verifier = verifier(TokenKeys.ofSecret(SECRET));

    assertThat(
            verifier.verify(hs256(claims().claim("email", "a@b.example").build())).caller().name())
        .isEqualTo("jwt:a@b.example");
    assertThat(verifier.verify(hs256(claims().build())).caller().scopes())
        .containsExactly(Scope.RUN);
    assertThat(verifier.verify(hs256(claims().claim("scope", "openid").build())).caller().scopes())
        .containsExactly(Scope.RUN);
    assertThat(verifier.verify(hs256(claims().claim("scope", "openid raw read-all").build())))
        .extracting(verified -> verified.caller().scopes())
        .isEqualTo(Set.of(Scope.RAW, Scope.READ_ALL));
    assertThat(
            verifier
                .verify(hs256(claims().claim("scope", List.of("admin")).build()))
                .caller()
                .scopes())
        .containsExactly(Scope.ADMIN);
    for (String nameless : List.of("", "x".repeat(200), "a\nb")) {
      assertThat(refused(verifier, hs256(claims().subject(nameless).build())).reason())
          .isEqualTo("nameless-token");
    }
  }

  @Test
  void weak_keys_and_what_is_no_key_are_not_taken() throws Exception {
    assertThatThrownBy(() -> TokenKeys.ofSecret("short")).hasMessageContaining("needs 32");
    assertThatThrownBy(() -> TokenKeys.ofPem("nothing")).hasMessageContaining("not PEM");
    String small = TokenIssuer.pem(new RSAKeyGenerator(1024, true).generate().toPublicKey());
    assertThatThrownBy(() -> TokenKeys.ofPem(small)).hasMessageContaining("less than 2048");
    String other = TokenIssuer.pem(new ECKeyGenerator(Curve.P_384).generate().toPublicKey());
    assertThatThrownBy(() -> TokenKeys.ofPem(other)).hasMessageContaining("P-256");
  }

  @Test
  void a_set_of_keys_is_fetched_once_and_again_when_a_key_is_new() throws Exception {
    RSAKey next = new RSAKeyGenerator(2048).keyID("next").generate();
    try (TokenIssuer issuer = new TokenIssuer()) {
      issuer.has(rsa, ec);
      TokenVerifier verifier =
          verifier(TokenKeys.ofUrl(URI.create(issuer.url()), Duration.ofMinutes(10)));
      for (int i = 0; i < 3; i++) {
        verifier.verify(rs256(rsa));
      }
      assertThat(issuer.fetched()).isEqualTo(1);

      issuer.has(next);
      assertThat(verifier.verify(rs256(next)).caller().name()).isEqualTo("jwt:alice");
      assertThat(issuer.fetched()).isEqualTo(2);
      assertThat(refused(verifier, rs256(rsa)).problem().type())
          .isEqualTo(ProblemType.UNAUTHENTICATED);
      // Tokens that name keys which nobody has do not make it fetch forever.
      for (int i = 0; i < 20; i++) {
        refused(verifier, rs256(new RSAKey.Builder(rsa).keyID("none-" + i).build()));
      }
      assertThat(issuer.fetched()).isLessThan(5);
    }
  }

  @Test
  void a_set_that_cannot_be_fetched_is_no_fault_of_the_caller_and_no_redirect_is_followed()
      throws Exception {
    try (TokenIssuer issuer = new TokenIssuer()) {
      TokenVerifier verifier =
          verifier(TokenKeys.ofUrl(URI.create(issuer.url()), Duration.ofMinutes(10)));

      Refusal refusal = refused(verifier, rs256(rsa));

      assertThat(refusal.problem().type()).isEqualTo(ProblemType.IDENTITY_UNAVAILABLE);
      assertThat(refusal.isGuess()).isFalse();
      assertThat(issuer.fetched()).isEqualTo(1);
    }
  }

  @Test
  void a_secret_in_the_set_verifies_nothing() throws Exception {
    try (TokenIssuer issuer = new TokenIssuer()) {
      issuer.has(
          new com.nimbusds.jose.jwk.OctetSequenceKey.Builder(
                  SECRET.getBytes(StandardCharsets.UTF_8))
              .keyID("s")
              .build());
      TokenVerifier verifier =
          verifier(TokenKeys.ofUrl(URI.create(issuer.url()), Duration.ofMinutes(10)));
      String token =
          TokenIssuer.signed(JWSAlgorithm.HS256, new MACSigner(SECRET), claims().build(), "s");

      assertThat(refused(verifier, token).problem().type()).isEqualTo(ProblemType.UNAUTHENTICATED);
    }
  }

  @Test
  void a_token_of_Cloudflare_Access_is_believed_of_a_trusted_proxy_alone() throws Exception {
    Authenticator cloudflare =
        new ProxyAuthenticators.Cloudflare(
            verifier(TokenKeys.ofSecret(SECRET)),
            new TrustedProxies("10.0.0.1"),
            new PageOrigin(Optional.empty(), false));
    String token = hs256(claims().build());

    assertThat(cloudflare.identify(from("10.0.0.1", "Cf-Access-Jwt-Assertion", token)))
        .map(known -> known.caller().name())
        .contains("jwt:alice");
    assertThat(cloudflare.identify(from("10.0.0.2", "Cf-Access-Jwt-Assertion", token))).isEmpty();
    assertThat(cloudflare.identify(from("10.0.0.1"))).isEmpty();
    assertThatThrownBy(
            () -> cloudflare.identify(from("10.0.0.1", "Cf-Access-Jwt-Assertion", "a.b.c")))
        .isInstanceOf(Refusal.class);
  }
}
