package io.comfygateway.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;

/**
 * A certificate with its private key.
 *
 * @param chain the certificate, followed by its intermediate certificates
 * @param key its private key
 */
public record CertifiedKey(List<X509Certificate> chain, PrivateKey key) {
  private static final byte[] SAMPLE = {1};
  private static final char[] NO_PASSWORD = {};
  private static final Map<String, String> ALGORITHMS =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  /** The certificate itself. */
  public X509Certificate leaf() {
    return chain.get(0);
  }

  /** Presents the certificate in handshakes. */
  public X509KeyManager keyManager() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("gateway", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, NO_PASSWORD);
      return Arrays.stream(factory.getKeyManagers())
          .filter(X509KeyManager.class::isInstance)
          .map(X509KeyManager.class::cast)
          .findFirst()
          .orElseThrow();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("a key store cannot be made in memory", e);
    }
  }

  // Java accepts any key of the same type with any certificate; every handshake would fail.
  boolean isPair() {
    try {
      Signature signature = Signature.getInstance(ALGORITHMS.get(key.getAlgorithm()));
      signature.initSign(key);
      signature.update(SAMPLE);
      byte[] signed = signature.sign();
      signature.initVerify(leaf().getPublicKey());
      signature.update(SAMPLE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "CertifiedKey[" + leaf().getSubjectX500Principal() + "]";
  }
}
