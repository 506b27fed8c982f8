package io.comfygateway.pool;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whom a connection to a ComfyUI trusts, and who it says it is.
 *
 * @param trust certificates in PEM that the server's is signed by, in the place of Java's own list
 * @param identity the client certificate that is shown where the server asks for one
 */
public record BackendTls(Optional<String> trust, Optional<Identity> identity) {
  private static final char[] NO_PASSWORD = {};
  private static final List<String> KEY_KINDS = List.of("RSA", "EC", "EdDSA");
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  /**
   * A client certificate.
   *
   * @param certificates it and those between it and its root, in PEM
   * @param key its private key, unencrypted PKCS #8 in PEM
   */
  public record Identity(String certificates, String key) {
    @Override
    public String toString() {
      return "Identity[…]";
    }
  }

  /** Reads certificates in PEM; the exception says what is wrong with them. */
  static Collection<? extends Certificate> certificates(String pem) throws CertificateException {
    Collection<? extends Certificate> certificates =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    if (certificates.isEmpty()) {
      throw new CertificateException("it has no certificate");
    }
    return certificates;
  }

  /** Reads a private key in PEM; the exception says what is wrong with it. */
  static PrivateKey key(String pem) throws GeneralSecurityException {
    Matcher matcher = KEY.matcher(pem);
    if (!matcher.find()) {
      throw new InvalidKeySpecException("it has no PRIVATE KEY (unencrypted PKCS #8)");
    }
    byte[] encoded = Base64.getMimeDecoder().decode(matcher.group(1));
    for (String kind : KEY_KINDS) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        // It is of another kind, or of none that Java knows.
      }
    }
    throw new InvalidKeySpecException("its key is none of " + KEY_KINDS);
  }

  /** Who is trusted; empty for Java's own list. */
  Optional<TrustManagerFactory> trustManagers() throws GeneralSecurityException, IOException {
    if (trust.isEmpty()) {
      return Optional.empty();
    }
    KeyStore store = emptyStore();
    int number = 0;
    for (Certificate certificate : certificates(trust.get())) {
      store.setCertificateEntry("trust-" + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return Optional.of(factory);
  }

  /** Who the gateway says it is; empty for nobody. */
  Optional<KeyManagerFactory> keyManagers() throws GeneralSecurityException, IOException {
    if (identity.isEmpty()) {
      return Optional.empty();
    }
    KeyStore store = emptyStore();
    Certificate[] chain = certificates(identity.get().certificates()).toArray(Certificate[]::new);
    store.setKeyEntry("client", key(identity.get().key()), NO_PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return Optional.of(factory);
  }

  /**
   * What connections are made with.
   *
   * @throws IllegalStateException where certificates and key do not fit each other; {@link
   *     BackendsFile} has looked at each alone
   */
  SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          keyManagers().map(KeyManagerFactory::getKeyManagers).orElse(null),
          trustManagers().map(TrustManagerFactory::getTrustManagers).orElse(null),
          null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("TLS to a backend cannot be set up: " + e.getMessage(), e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
