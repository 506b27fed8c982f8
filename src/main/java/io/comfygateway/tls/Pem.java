package io.comfygateway.tls;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;

/**
 * Reads certificates and private keys in PEM (RFC 7468). Vert.x reads the keys: PKCS #8, and the
 * older {@code BEGIN RSA PRIVATE KEY} (PKCS #1) and {@code BEGIN EC PRIVATE KEY} (SEC 1).
 */
public final class Pem {
  private static final String BEGIN_PKCS8 = "-----BEGIN PRIVATE KEY-----";
  private static final String END_PKCS8 = "-----END PRIVATE KEY-----";

  private Pem() {}

  /**
   * Reads certificates to trust.
   *
   * @throws UnusablePemException where there is none, or one is malformed
   */
  public static List<X509Certificate> certificates(String pem) throws UnusablePemException {
    try {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(stream(pem)).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!certificates.isEmpty()) {
        return certificates;
      }
    } catch (CertificateException e) {
      // Reported like an empty file.
    }
    throw noCertificate();
  }

  /**
   * Reads a certificate and its private key.
   *
   * @param certificates the certificate, followed by its intermediate certificates
   * @param key the private key, not encrypted
   * @throws UnusablePemException where one cannot be used, or the key is not the certificate's
   */
  public static CertifiedKey certifiedKey(String certificates, String key)
      throws UnusablePemException {
    requireCertificate(certificates);
    if (key.contains("ENCRYPTED")) {
      throw new UnusablePemException(
          true,
          "its private key is encrypted",
          "decrypt it: openssl pkey -in old.key -out new.key");
    }
    CertifiedKey read;
    try {
      Optional<CertifiedKey> byVertx = rsaOrEc(certificates, key);
      read =
          byVertx.isPresent()
              ? byVertx.get()
              : new CertifiedKey(certificates(certificates), ed(key));
    } catch (GeneralSecurityException e) {
      throw noKey();
    }
    if (!read.isPair()) {
      throw notItsKey();
    }
    return read;
  }

  private static void requireCertificate(String pem) throws UnusablePemException {
    try {
      CertificateFactory.getInstance("X.509").generateCertificate(stream(pem));
    } catch (CertificateException e) {
      throw noCertificate();
    }
  }

  private static Optional<CertifiedKey> rsaOrEc(String certificates, String key)
      throws UnusablePemException {
    PemKeyCertOptions pem =
        new PemKeyCertOptions()
            .addCertValue(Buffer.buffer(certificates))
            .addKeyValue(Buffer.buffer(key));
    KeyManager[] managers;
    try {
      managers = pem.getKeyManagerFactory(null).getKeyManagers();
    } catch (IllegalArgumentException e) {
      // The key is of another type than the certificate.
      throw notItsKey();
    } catch (KeyStoreException e) {
      throw new UnusablePemException(
          false,
          "its certificates are not a chain",
          "put the certificate of the key first, each followed by the one that signed it");
    } catch (Exception e) {
      // Vert.x throws no narrower type for a key that it cannot read.
      return Optional.empty();
    }
    return Arrays.stream(managers)
        .filter(X509KeyManager.class::isInstance)
        .map(X509KeyManager.class::cast)
        .flatMap(Pem::held)
        .findFirst();
  }

  private static Stream<CertifiedKey> held(X509KeyManager manager) {
    return Stream.of("RSA", "EC")
        .map(kind -> manager.getServerAliases(kind, null))
        .filter(aliases -> aliases != null)
        .flatMap(Arrays::stream)
        .map(
            alias ->
                new CertifiedKey(
                    List.of(manager.getCertificateChain(alias)), manager.getPrivateKey(alias)));
  }

  // Vert.x 4 cannot read Ed25519 and Ed448 (RFC 8410), which Java's TLS supports.
  private static PrivateKey ed(String pem) throws GeneralSecurityException, UnusablePemException {
    int begin = pem.indexOf(BEGIN_PKCS8);
    int end = pem.indexOf(END_PKCS8);
    if (begin < 0 || end < begin) {
      throw noKey();
    }
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN_PKCS8.length(), end));
    } catch (IllegalArgumentException e) {
      throw noKey();
    }
    return KeyFactory.getInstance("EdDSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  private static ByteArrayInputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }

  private static UnusablePemException noCertificate() {
    return new UnusablePemException(
        false,
        "it has no certificate in PEM",
        "a certificate begins with -----BEGIN CERTIFICATE-----");
  }

  private static UnusablePemException noKey() {
    return new UnusablePemException(
        true,
        "it has no private key in PEM that can be used",
        "it must be an RSA, EC or Ed25519 key that is not encrypted, such as certbot's privkey.pem");
  }

  private static UnusablePemException notItsKey() {
    return new UnusablePemException(
        true,
        "it is not the private key of the certificate",
        "name the key that the certificate was made for");
  }

  /**
   * Trusts the authorities of a PEM text, and no others.
   *
   * @throws IllegalArgumentException if the text has no usable certificate
   */
  public static TrustManager[] trustManagers(String pem) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (X509Certificate certificate : certificates(pem)) {
        store.setCertificateEntry("ca-" + store.size(), certificate);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (UnusablePemException | GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("no certificate can be trusted", e);
    }
  }
}
