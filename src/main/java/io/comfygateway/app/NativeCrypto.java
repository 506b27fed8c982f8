package io.comfygateway.app;

import java.security.Provider;
import java.security.Security;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Digests, signatures and ciphers in machine code. Java's own are as fast only once its optimizing
 * compiler has seen them, which {@code config/jvm.options} leaves out to keep the process small:
 * without it, the SHA-256 of an output takes ten times as long.
 */
public final class NativeCrypto {
  private static final String PROVIDER = "AmazonCorrettoCryptoProvider";

  private NativeCrypto() {}

  /** Has Java use them, where the build has brought them for this system; else nothing changes. */
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
