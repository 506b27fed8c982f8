package io.comfygateway.pool;

import io.comfygateway.tls.Pem;
import io.comfygateway.tls.UnusablePemException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;

/**
 * Whom a connection to a ComfyUI trusts, and who it says it is.
 *
 * @param trust certificates in PEM that the server's is signed by, in the place of Java's own list
 * @param identity the client certificate that is shown where the server asks for one
 */
public record BackendTls(Optional<String> trust, Optional<Identity> identity) {
  /**
   * A client certificate.
   *
   * @param certificates it and those between it and its root, in PEM
   * @param key its private key in PEM, not encrypted
   */
  public record Identity(String certificates, String key) {
    @Override
    public String toString() {
      return "Identity[…]";
    }
  }

  /** Who is trusted; empty for Java's own list. */
  Optional<TrustManagerFactory> trustManagers() throws GeneralSecurityException, IOException {
    if (trust.isEmpty()) {
      return Optional.empty();
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int number = 0;
    for (X509Certificate certificate : checked(() -> Pem.certificates(trust.get()))) {
      store.setCertificateEntry("trust-" + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return Optional.of(factory);
  }

  /** Who the gateway says it is; empty for nobody. */
  Optional<X509KeyManager> keyManager() {
    return identity.map(
        it -> checked(() -> Pem.certifiedKey(it.certificates(), it.key())).keyManager());
  }

  /** What connections are made with. */
  SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          keyManager().map(it -> new KeyManager[] {it}).orElse(null),
          trustManagers().map(TrustManagerFactory::getTrustManagers).orElse(null),
          null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("TLS to a backend cannot be set up: " + e.getMessage(), e);
    }
  }

  /** Reads PEM that {@link SecretFields} has already read once without a fault. */
  private interface Read<T> {
    T get() throws UnusablePemException;
  }

  private static <T> T checked(Read<T> read) {
    try {
      return read.get();
    } catch (UnusablePemException e) {
      throw new IllegalStateException("TLS to a backend cannot be set up: " + e.getMessage(), e);
    }
  }
}
