package io.comfygateway.http;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.FileStamp;
import io.comfygateway.digest.Sha256;
import io.comfygateway.tls.CertifiedKey;
import io.comfygateway.tls.Pem;
import io.comfygateway.tls.UnusablePemException;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the port's certificate and its private key, in PEM. They are read again when they
 * have changed; files with a fault, or missing ones, leave the certificate as it is.
 */
public final class CertificateFiles {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateFiles.class);

  private final Path certificateFile;
  private final Path keyFile;
  private List<FileStamp> seen = List.of();
  private volatile Optional<ServerCertificate> current = Optional.empty();
  private volatile List<FileFault> faults = List.of();

  /**
   * Names the files.
   *
   * @param certificateFile the certificate, followed by the intermediate ones
   * @param keyFile its private key, not encrypted
   */
  public CertificateFiles(Path certificateFile, Path keyFile) {
    this.certificateFile = certificateFile;
    this.keyFile = keyFile;
  }

  /**
   * A certificate that can be served.
   *
   * @param certified it and its private key
   */
  public record ServerCertificate(CertifiedKey certified) {
    /** What Vert.x serves it with. */
    public KeyCertOptions options() {
      return KeyCertOptions.wrap(certified.keyManager());
    }

    /** Its fingerprint: the SHA-256 of its encoding, in hexadecimal. */
    public String fingerprint() {
      return fingerprint(certified.leaf());
    }

    /** The fingerprint of any certificate. */
    public static String fingerprint(X509Certificate certificate) {
      try {
        return HexFormat.of().formatHex(Sha256.of(certificate.getEncoded()));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    /** When it expires. */
    public Instant expires() {
      return certified.leaf().getNotAfter().toInstant();
    }
  }

  /** What is wrong with the files, until they are fixed. */
  public List<FileFault> faults() {
    return faults;
  }

  /** What is served; empty before the first check, and where that found a fault. */
  public Optional<ServerCertificate> current() {
    return current;
  }

  /**
   * Checks the files; called repeatedly, from one thread at a time.
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
      // A change while they are read is seen the next time.
      seen = stamps.equals(stamps()) ? stamps : List.of();
    }
  }

  private List<FileStamp> stamps() {
    return List.of(FileStamp.of(certificateFile), FileStamp.of(keyFile));
  }

  private void tell(List<FileFault> found) {
    // Where there was none before, the caller reports the faults.
    if (current.isPresent() && !found.equals(faults)) {
      found.forEach(fault -> LOG.error("new certificate not used: {}", fault));
    }
    faults = found;
  }

  private ServerCertificate read() throws Unusable {
    String certificates = text(certificateFile);
    String key = text(keyFile);
    try {
      return new ServerCertificate(Pem.certifiedKey(certificates, key));
    } catch (UnusablePemException e) {
      throw new Unusable(
          e.isOfKey() ? keyFile : certificateFile,
          "The file cannot be used: " + e.getMessage(),
          e.remedy());
    }
  }

  private static String text(Path file) throws Unusable {
    try {
      // Only the PEM in it counts; text around it may have any encoding.
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new Unusable(
          file,
          "The file cannot be read (" + e.getClass().getSimpleName() + ")",
          "it must be a PEM file that this user may read");
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
