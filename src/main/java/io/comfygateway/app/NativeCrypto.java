package io.comfygateway.app;

import java.security.Provider;
import java.security.Security;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Digests, signatures and ciphers in native code. Java's own reach that speed only with the
 * optimizing compiler, which {@code config/jvm.options} disables to keep the process small; without
 * it, the SHA-256 of an output takes ten times as long.
 */
public final class NativeCrypto {
  private static final String PROVIDER = "AmazonCorrettoCryptoProvider";

  private NativeCrypto() {}

  /** Makes Java use them if the build contains them for this platform. */
  public static void prefer() {
    find().ifPresent(provider -> Security.insertProviderAt(provider, 1));
  }

  static Optional<Provider> find() {
    return ServiceLoader.load(Provider.class).stream()
        .filter(found -> found.type().getSimpleName().equals(PROVIDER))
        .findFirst()
        .map(ServiceLoader.Provider::get);
  }
}
