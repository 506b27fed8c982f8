package io.comfygateway.flow;

import static io.comfygateway.access.TokenIssuer.pem;
import static io.comfygateway.access.TokenIssuer.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
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
import com.nimbusds.jwt.SignedJWT;
import io.comfygateway.access.TokenIssuer;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.settings.Settings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens of an issuer, sent to gateways that were started with each of the settings for it. */
class TokensTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final String ISSUER = "https://issuer.example";
  // Nobody listens there: what is asked here needs no ComfyUI.
  private static final String NO_COMFY = "http://127.0.0.1:1";
  private static RSAKey rsa;
  private static RSAKey next;
  private static ECKey ec;
  @TempDir private Path folder;

  @BeforeAll
  static void makeKeys() throws Exception {
    rsa = new RSAKeyGenerator(2048).keyID("one").generate();
    next = new RSAKeyGenerator(2048).keyID("next").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("two").generate();
  }

  private TestGateway start(String setting, String value) {
    return TestGateway.start(
        folder.resolve("data"), NO_COMFY, settings(Map.of("gateway.jwt." + setting, value)));
  }

  private static Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("gateway.jwt.issuer", ISSUER);
    settings.put("gateway.jwt.audience", "gateway");
    settings.put("gateway.auth.failures-per-minute", "100000");
    settings.putAll(more);
    return settings;
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience("gateway")
        .subject("alice")
        .expirationTime(in(300));
  }

  private static Date in(long seconds) {
    return Date.from(Instant.now().plusSeconds(seconds));
  }

  private static String hs256(byte[] secret, JWTClaimsSet.Builder claims) throws Exception {
    return signed(JWSAlgorithm.HS256, new MACSigner(secret), claims.build(), null);
  }

  private static String hs256(JWTClaimsSet.Builder claims) throws Exception {
    return hs256(bytes(SECRET), claims);
  }

  private static String rs256(RSAKey key) throws Exception {
    return signed(JWSAlgorithm.RS256, new RSASSASigner(key), claims().build(), key.getKeyID());
  }

  private static String es256() throws Exception {
    return signed(JWSAlgorithm.ES256, new ECDSASigner(ec), claims().build(), ec.getKeyID());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Answer ask(TestGateway gateway, String token) {
    return gateway.getWith("/jobs", "", "Authorization", "Bearer " + token);
  }

  private static void accepted(TestGateway gateway, String token) {
    Answer answer = ask(gateway, token);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  private static void refused(TestGateway gateway, String token, String why) {
    Answer answer = ask(gateway, token);
    assertThat(answer.status()).as(answer.text()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
    assertThat(answer.json().path("detail").asText()).contains(why);
    assertThat(answer.text()).doesNotContain(token);
  }

  @Test
  void a_secret_takes_what_its_issuer_signed_for_this_gateway_and_this_time() throws Exception {
    try (TestGateway gateway = start("secret", SECRET)) {
      accepted(gateway, hs256(claims()));
      accepted(gateway, hs256(claims().expirationTime(in(-30))));
      accepted(gateway, hs256(claims().notBeforeTime(in(30))));

      refused(gateway, hs256(claims().expirationTime(in(-90))), "it has expired");
      refused(gateway, hs256(claims().expirationTime(null)), "no expiry time");
      refused(gateway, hs256(claims().notBeforeTime(in(90))), "not valid yet");
      refused(gateway, hs256(claims().issuer("https://other.example")), "another issuer");
      refused(gateway, hs256(claims().audience("other")), "another audience");
      refused(gateway, hs256(bytes(SECRET.replace('0', '1')), claims()), "not signed");
      refused(gateway, new PlainJWT(claims().build()).serialize(), "not signed");
      refused(gateway, hs256(claims()).replaceFirst("[^.]*$", ""), "not signed");
      refused(
          gateway,
          signed(JWSAlgorithm.HS384, new MACSigner(SECRET.repeat(2)), claims().build(), null),
          "not signed");
      refused(gateway, rs256(rsa), "not signed");
      refused(gateway, hs256(claims().subject(null)), "has no caller in its claim");
      assertThat(
              gateway.getWith("/keys", "", "Authorization", "Bearer " + hs256(claims())).status())
          .isEqualTo(403);
    }
  }

  @Test
  void a_PEM_file_takes_its_own_algorithm_and_is_no_secret() throws Exception {
    String pem = pem(rsa.toPublicKey());
    Path file = Files.writeString(folder.resolve("key.pem"), pem);
    try (TestGateway gateway = start("public-key", file.toString())) {
      accepted(gateway, rs256(rsa));

      refused(gateway, rs256(next), "not signed");
      for (byte[] confused :
          new byte[][] {bytes(pem), bytes(pem.strip()), rsa.toPublicKey().getEncoded()}) {
        refused(gateway, hs256(confused, claims()), "not signed");
      }
      JWSHeader embedded =
          new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(next.toPublicJWK()).build();
      SignedJWT own = new SignedJWT(embedded, claims().build());
      own.sign(new RSASSASigner(next));
      refused(gateway, own.serialize(), "not signed");
    }
    try (TestGateway gateway = start("public-key", pem(ec.toPublicKey()).replace("\n", "\\n"))) {
      accepted(gateway, es256());
      refused(gateway, rs256(rsa), "not signed");
    }
  }

  @Test
  void a_set_of_keys_is_kept_and_fetched_again_for_a_new_key_and_no_other_is_asked()
      throws Exception {
    try (TokenIssuer issuer = new TokenIssuer();
        TokenIssuer stranger = new TokenIssuer()) {
      issuer.has(rsa, ec);
      stranger.has(next);
      try (TestGateway gateway = start("jwks-url", issuer.url())) {
        accepted(gateway, rs256(rsa));
        accepted(gateway, es256());
        assertThat(issuer.fetched()).isEqualTo(1);

        JWSHeader pointing =
            new JWSHeader.Builder(JWSAlgorithm.RS256)
                .jwkURL(URI.create(stranger.url()))
                .keyID("one")
                .build();
        SignedJWT own = new SignedJWT(pointing, claims().build());
        own.sign(new RSASSASigner(next));
        refused(gateway, own.serialize(), "not signed");
        refused(gateway, hs256(bytes(pem(rsa.toPublicKey())), claims()), "not signed");
        assertThat(stranger.fetched()).isZero();

        issuer.has(next);
        accepted(gateway, rs256(next));
        assertThat(issuer.fetched()).isEqualTo(2);
        refused(gateway, rs256(rsa), "its key is not known");
      }
    }
  }

  @Test
  void an_issuer_that_is_down_is_no_fault_of_the_caller() throws Exception {
    try (TestGateway gateway = start("jwks-url", NO_COMFY + "/keys")) {
      Answer answer = ask(gateway, rs256(rsa));

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isNotEmpty();
      assertThat(answer.text()).doesNotContain("127.0.0.1");
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          secret     | short                                     | HS256 needs 32
          public-key | /no/such/file.pem                         | cannot be read
          public-key | -----BEGIN PUBLIC KEY-----AAAA-----END    | the public key cannot be read
          jwks-url   | ftp://issuer.example/keys                 | not a URL of the form https://host
          jwks-url   | https://user:hunter2@issuer.example/keys     | user name or password
          secret     | 0123456789abcdef0123456789abcdef;issuer=  | gateway.jwt.issuer is not set
          secret     | 0123456789abcdef0123456789abcdef;audience= | gateway.jwt.audience is not set
          secret     | 0123456789abcdef0123456789abcdef;jwks-url=https://issuer.example/keys | is set as well
          """)
  void settings_that_cannot_be_used_are_refused_at_the_start(
      String name, String values, String why) {
    String[] all = values.split(";");
    Map<String, String> settings = settings(Map.of("gateway.jwt." + name, all[0]));
    for (int i = 1; i < all.length; i++) {
      String[] pair = all[i].split("=", 2);
      settings.put("gateway.jwt." + pair[0], pair[1]);
    }

    assertThatThrownBy(() -> TestGateway.settings(folder, NO_COMFY, settings))
        .isInstanceOf(Settings.InvalidSettings.class)
        .hasMessageContaining("gateway.jwt." + name)
        .hasMessageContaining(why)
        .message()
        .doesNotContain(SECRET)
        .doesNotContain("hunter2");
  }
}
