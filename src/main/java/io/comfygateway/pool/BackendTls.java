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
 * Which certificates a connection to a ComfyUI trusts, and which one it presents.
 *
 * @param trust the certificates in PEM that may have signed the server's, in place of Java's own
 *     list
 * @param identity the client certificate, for servers that ask for one
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

  /** The trusted certificates; empty for Java's own list. */
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

  /** The client certificate; empty for none. */
  Optional<X509KeyManager> keyManager() {
    return identity.map(
        it -> checked(() -> Pem.certifiedKey(it.certificates(), it.key())).keyManager());
  }

  /** The context that connections are made with. */
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
