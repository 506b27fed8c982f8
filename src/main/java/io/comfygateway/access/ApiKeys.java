package io.comfygateway.access;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The keys that the gateway accepts. Not changeable: when a key is added, a new one is made. */
public final class ApiKeys {
  private static final int GENERATED_BYTES = 32;

  private final List<KeyRecord> keys;

  /** Keys that were stored, and nothing else. */
  public ApiKeys(Collection<KeyRecord> stored) {
    this.keys = List.copyOf(stored);
  }

  /**
   * Keys of the setting and stored ones.
   *
   * @param setting {@code name:secret[:scope+scope]}, comma separated; may be blank
   * @param loopbackOnly whether only this machine reaches the gateway, so that a secret shorter
   *     than 16 characters is accepted
   * @throws IllegalArgumentException where the setting is not valid; the message names the entry's
   *     position and name, never its secret
   */
  public ApiKeys(String setting, Collection<KeyRecord> stored, boolean loopbackOnly) {
    List<KeyRecord> all =
        new ArrayList<>(new ConfiguredKeys(loopbackOnly, new SecureRandom()).parse(setting));
    all.addAll(stored);
    this.keys = List.copyOf(all);
  }

  /** Whether there is no key at all, so that nobody could call. */
  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /** The caller that a secret belongs to. */
  public Optional<Caller> authenticate(String secret) {
    KeyRecord found = null;
    // No early exit: the time must not tell which key came close, or where it stands.
    for (KeyRecord key : keys) {
      found = key.matches(secret) ? key : found;
    }
    return Optional.ofNullable(found).map(KeyRecord::caller);
  }

  /** Makes a key whose secret is {@code cg_} and 256 random bits in base64url. */
  public static GeneratedKey generate(String name, Set<Scope> scopes) {
    SecureRandom random = new SecureRandom();
    byte[] bytes = new byte[GENERATED_BYTES];
    random.nextBytes(bytes);
    String secret = "cg_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    return new GeneratedKey(secret, KeyRecord.of(name, secret, scopes, random));
  }
}
