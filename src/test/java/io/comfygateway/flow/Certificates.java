package io.comfygateway.flow;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates in PEM, as a gateway is given them, and what trusts them. */
final class Certificates {
  private static final Path SHIPPED = Path.of("src/test/resources/tls");
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path folder;

  /** The files {@code cert.pem} and {@code key.pem} of a folder; there are none yet. */
  Certificates(Path folder) {
    this.folder = folder;
  }

  Path certificate() {
    return folder.resolve("cert.pem");
  }

  Path key() {
    return folder.resolve("key.pem");
  }

  /** Puts a certificate there that the tests' own authority has signed. */
  Certificates signed() {
    try {
      publish(Files.readString(SHIPPED.resolve("server.pem")), certificate());
      publish(Files.readString(SHIPPED.resolve("server.key")), key());
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts another one there, made by Java's keytool. */
  X509Certificate selfSigned(String algorithm) {
    return selfSigned(algorithm, 365);
  }

  /** Puts one there that is valid for so many days from now on. */
  X509Certificate selfSigned(String algorithm, int days) {
    try {
      Path store = folder.resolve(algorithm + ".p12");
      Files.deleteIfExists(store);
      Process keytool =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                      "-genkeypair",
                      "-alias",
                      "port",
                      "-keyalg",
                      algorithm,
                      "-dname",
                      "CN=port",
                      "-ext",
                      "san=ip:127.0.0.1,dns:localhost",
                      "-validity",
                      Integer.toString(days),
                      "-storetype",
                      "PKCS12",
                      "-keystore",
                      store.toString(),
                      "-storepass",
                      new String(PASSWORD)))
              .redirectErrorStream(true)
              .start();
      String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException("keytool: " + said);
      }
      KeyStore read = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        read.load(in, PASSWORD);
      }
      Certificate made = read.getCertificate("port");
      Key key = read.getKey("port", PASSWORD);
      publish(pem("CERTIFICATE", made.getEncoded()), certificate());
      publish(pem("PRIVATE KEY", key.getEncoded()), key());
      return (X509Certificate) made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String kind, byte[] bytes) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
  }

  private static void publish(String text, Path file) throws IOException {
    Files.writeString(file, text);
  }

  /** Trusts the tests' own authority, and the certificates given. */
  static SSLContext trusting(X509Certificate... more) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      try (InputStream in = Files.newInputStream(SHIPPED.resolve("ca.pem"))) {
        store.setCertificateEntry(
            "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
      }
      for (X509Certificate certificate : more) {
        store.setCertificateEntry(certificate.getSerialNumber().toString(), certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
