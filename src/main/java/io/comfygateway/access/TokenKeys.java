package io.comfygateway.access;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.proc.SingleKeyJWSKeySelector;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys that verify the signatures of tokens. Each kind of key is bound to its algorithm, so the
 * header of a token cannot choose one: a public key is never used as a secret, and {@code none} is
 * never accepted.
 */
public final class TokenKeys {
  private static final int MIN_SECRET_BYTES = 32;
  private static final int MIN_RSA_BITS = 2048;
  private static final int LARGEST_SET = 256 * 1024;
  private static final int FETCH_MS = 5_000;
  private static final int SHORTEST_INTERVAL_MS = 30_000;
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]+)-----END");

  private final JWSKeySelector<SecurityContext> selector;

  private TokenKeys(JWSKeySelector<SecurityContext> selector) {
    this.selector = selector;
  }

  JWSKeySelector<SecurityContext> selector() {
    return selector;
  }

  /**
   * HS256 with a shared secret.
   *
   * @throws IllegalArgumentException if it is shorter than 32 bytes (RFC 7518, section 3.2)
   */
  public static TokenKeys ofSecret(String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < MIN_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "the secret has "
              + bytes.length
              + " bytes, HS256 needs "
              + MIN_SECRET_BYTES
              + "; use the output of openssl rand -hex 32");
    }
    return new TokenKeys(
        new SingleKeyJWSKeySelector<>(JWSAlgorithm.HS256, new SecretKeySpec(bytes, "HmacSHA256")));
  }

  /**
   * RS256 or ES256, depending on the key, with a public key or a certificate in PEM.
   *
   * @throws IllegalArgumentException if it is neither, or too weak
   */
  public static TokenKeys ofPem(String pem) {
    PublicKey key = publicKey(pem);
    if (key instanceof RSAPublicKey rsa) {
      if (rsa.getModulus().bitLength() < MIN_RSA_BITS) {
        throw new IllegalArgumentException(
            "the RSA key has less than " + MIN_RSA_BITS + " bits, too few for RS256");
      }
      return new TokenKeys(new SingleKeyJWSKeySelector<>(JWSAlgorithm.RS256, key));
    }
    if (key instanceof ECPublicKey ec
        && Curve.P_256.equals(Curve.forECParameterSpec(ec.getParams()))) {
      return new TokenKeys(new SingleKeyJWSKeySelector<>(JWSAlgorithm.ES256, key));
    }
    throw new IllegalArgumentException("the key is neither RSA nor of the curve P-256");
  }

  private static PublicKey publicKey(String pem) {
    Matcher matcher = PEM.matcher(pem);
    if (!matcher.find()) {
      throw new IllegalArgumentException(
          "it is not PEM: it needs a line -----BEGIN PUBLIC KEY----- or -----BEGIN CERTIFICATE-----");
    }
    byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
    if ("CERTIFICATE".equals(matcher.group(1))) {
      try {
        return CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(der))
            .getPublicKey();
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException("the certificate cannot be read", e);
      }
    }
    for (String kind : new String[] {"RSA", "EC"}) {
      try {
        return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        // It may be of the other kind; if it is of neither, the exception below says so.
        continue;
      }
    }
    throw new IllegalArgumentException("the public key cannot be read");
  }

  /**
   * RS256 and ES256 with the keys of a JWK set (RFC 7517). It is cached, fetched again when it is
   * old or a token names an unknown key (at most twice in 30 s), and used for longer while its
   * server is down. Redirects and URLs in tokens are not followed. The URL is set by the operator,
   * so it may lead into the private network, where many issuers are.
   *
   * @param kept how long a set is used before it is fetched again
   */
  public static TokenKeys ofUrl(URI url, Duration kept) {
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException("the URL must not carry a user name or password");
    }
    try {
      return new TokenKeys(
          new JWSVerificationKeySelector<>(
              Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256),
              JWKSourceBuilder.create(url.toURL(), new NoRedirects())
                  .cache(kept.toMillis(), FETCH_MS)
                  .refreshAheadCache(false)
                  .rateLimited(SHORTEST_INTERVAL_MS)
                  .outageTolerant(kept.multipliedBy(12).toMillis())
                  .build()));
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("it is not a URL: " + e.getMessage(), e);
    }
  }

  private static final class NoRedirects extends DefaultResourceRetriever {
    NoRedirects() {
      super(FETCH_MS, FETCH_MS, LARGEST_SET);
    }

    @Override
    protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
      HttpURLConnection connection = super.openHTTPConnection(url);
      connection.setInstanceFollowRedirects(false);
      return connection;
    }
  }
}
