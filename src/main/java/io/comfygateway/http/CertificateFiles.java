package io.comfygateway.http;

import io.comfygateway.workflow.FileFault;
import io.comfygateway.workflow.FileStamp;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the port's certificate and its private key, in PEM. They are read again when they
 * have changed; files that have a fault, or are gone, leave the certificate as it is.
 */
public final class CertificateFiles {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateFiles.class);
  private static final byte[] SOMETHING = {1};
  private static final Map<String, String> SIGNED_BY =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private final Path certificateFile;
  private final Path keyFile;
  private List<FileStamp> seen = List.of();
  private volatile Optional<ServerCertificate> current = Optional.empty();
  private volatile List<FileFault> faults = List.of();

  /**
   * Names the files.
   *
   * @param certificateFile the certificate, and after it those between it and its root
   * @param keyFile its private key, not encrypted
   */
  public CertificateFiles(Path certificateFile, Path keyFile) {
    this.certificateFile = certificateFile;
    this.keyFile = keyFile;
  }

  /**
   * A certificate that can be served.
   *
   * @param pem it and its key, for Vert.x
   * @param leaf the certificate itself
   */
  public record ServerCertificate(PemKeyCertOptions pem, X509Certificate leaf) {
    /** What tells it from any other: the SHA-256 of its encoding, in hexadecimal. */
    public String fingerprint() {
      return fingerprint(leaf);
    }

    /** The same of any certificate. */
    public static String fingerprint(X509Certificate certificate) {
      try {
        return HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    /** When it ends. */
    public Instant expires() {
      return leaf.getNotAfter().toInstant();
    }
  }

  /** What is wrong with the files, until they are mended. */
  public List<FileFault> faults() {
    return faults;
  }

  /** What is served; empty before the first look, and where that found a fault. */
  public Optional<ServerCertificate> current() {
    return current;
  }

  /**
   * Looks at the files; called again and again, from one thread at a time.
   *
   * @return the certificate, where there is a newer one
   */
  public synchronized Optional<ServerCertificate> refresh() {
    List<FileStamp> stamps = stamps();
    if (stamps.equals(seen)) {
      return Optional.empty();
    }
    try {
      current = Optional.of(read());
      tell(List.of());
      return current;
    } catch (Unusable e) {
      tell(List.of(e.fault));
      return Optional.empty();
    } finally {
      // A change that comes while they are read is seen the next time.
      seen = stamps.equals(stamps()) ? stamps : List.of();
    }
  }

  private List<FileStamp> stamps() {
    return List.of(FileStamp.of(certificateFile), FileStamp.of(keyFile));
  }

  private void tell(List<FileFault> found) {
    // Where there is none before, whoever asks for it is told.
    if (current.isPresent() && !found.equals(faults)) {
      found.forEach(fault -> LOG.error("certificate not taken over: {}", fault));
    }
    faults = found;
  }

  private ServerCertificate read() throws Unusable {
    Buffer certificates = Buffer.buffer(bytes(certificateFile));
    Buffer key = Buffer.buffer(bytes(keyFile));
    X509Certificate leaf = leaf();
    PemKeyCertOptions pem = new PemKeyCertOptions().addCertValue(certificates).addKeyValue(key);
    if (!isPair(leaf.getPublicKey(), privateKey(pem))) {
      throw notItsKey();
    }
    return new ServerCertificate(pem, leaf);
  }

  private static byte[] bytes(Path file) throws Unusable {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new Unusable(
          file,
          "The file cannot be read (" + e.getClass().getSimpleName() + ")",
          "it must be a PEM file that this user may read");
    }
  }

  private X509Certificate leaf() throws Unusable {
    try (InputStream in = Files.newInputStream(certificateFile)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (IOException | CertificateException e) {
      throw new Unusable(
          certificateFile,
          "The file has no certificate in PEM",
          "it begins with -----BEGIN CERTIFICATE-----");
    }
  }

  private PrivateKey privateKey(PemKeyCertOptions pem) throws Unusable {
    try {
      for (KeyManager manager : pem.getKeyManagerFactory(null).getKeyManagers()) {
        Optional<PrivateKey> key =
            manager instanceof X509KeyManager x509
                ? SIGNED_BY.keySet().stream()
                    .map(kind -> x509.getServerAliases(kind, null))
                    .filter(aliases -> aliases != null)
                    .flatMap(Arrays::stream)
                    .map(x509::getPrivateKey)
                    .findFirst()
                : Optional.empty();
        if (key.isPresent()) {
          return key.get();
        }
      }
    } catch (IllegalArgumentException e) {
      // Of another kind than the certificate's.
      throw notItsKey();
    } catch (Exception e) {
      LOG.debug("private key cannot be read", e);
    }
    throw new Unusable(
        keyFile,
        "The file has no private key in PEM that can be used",
        "it must be an RSA or EC key that is not encrypted, such as certbot's privkey.pem");
  }

  private Unusable notItsKey() {
    return new Unusable(
        keyFile,
        "This is not the private key of the certificate in " + certificateFile,
        "name the key that the certificate was made for");
  }

  // Java takes any key of the same kind with any certificate, and each handshake would fail.
  private static boolean isPair(PublicKey ofCertificate, PrivateKey key) {
    try {
      Signature signature = Signature.getInstance(SIGNED_BY.get(key.getAlgorithm()));
      signature.initSign(key);
      signature.update(SOMETHING);
      byte[] signed = signature.sign();
      signature.initVerify(ofCertificate);
      signature.update(SOMETHING);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Why the files cannot be used. */
  private static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient FileFault fault;

    Unusable(Path file, String detail, String remedy) {
      super(detail);
      this.fault = new FileFault(file.toString(), 0, "", detail, remedy);
    }
  }
}
