package io.comfygateway.access;

import io.comfygateway.webhook.SigningSecrets;
import io.comfygateway.webhook.WebhookSecret;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The keys that the gateway knows: those of its settings, which stay as they are while it runs, and
 * stored ones, which are exchanged as a whole when one of them has changed.
 */
public final class ApiKeys implements SigningSecrets {
  private static final int GENERATED_BYTES = 32;

  private final List<KeyRecord> configured;
  private final InstantSource clock;
  private volatile List<KeyRecord> stored;

  /**
   * Keys of the setting and stored ones.
   *
   * @param setting {@code name:secret[:scope+scope]}, comma separated; may be blank
   * @param loopbackOnly whether only this machine reaches the gateway, so that a secret shorter
   *     than 16 characters is accepted
   * @throws IllegalArgumentException where the setting is not valid; the message names the entry's
   *     position and name, never its secret
   */
  public ApiKeys(
      String setting, Collection<KeyRecord> stored, boolean loopbackOnly, InstantSource clock) {
    this(new ConfiguredKeys(loopbackOnly, new SecureRandom()).parse(setting), stored, clock);
  }

  private ApiKeys(
      Collection<KeyRecord> configured, Collection<KeyRecord> stored, InstantSource clock) {
    this.configured = List.copyOf(configured);
    this.stored = List.copyOf(stored);
    this.clock = clock;
  }

  /** Checks the setting without keeping anything; throws as the constructor does. */
  public static void check(String setting, boolean loopbackOnly) {
    new ConfiguredKeys(loopbackOnly, new SecureRandom()).parse(setting);
  }

  /** The same with one more key that is neither stored nor in the setting. */
  public ApiKeys and(KeyRecord more) {
    return new ApiKeys(Stream.concat(configured.stream(), Stream.of(more)).toList(), stored, clock);
  }

  /** Takes over what is stored now; counts for every request from then on. */
  public void exchange(Collection<KeyRecord> nowStored) {
    stored = List.copyOf(nowStored);
  }

  /** The keys of the settings. */
  public List<KeyRecord> configured() {
    return configured;
  }

  /** The stored keys, revoked ones included. */
  public List<KeyRecord> stored() {
    return stored;
  }

  /** The key that a secret belongs to, also where it is revoked or over. */
  Optional<KeyRecord> find(String secret) {
    KeyRecord found = null;
    // No early exit: the time must not tell which key came close, or where it stands.
    for (KeyRecord key : all()) {
      found = key.matches(secret, clock.instant()) ? key : found;
    }
    return Optional.ofNullable(found);
  }

  /** Whether a key of this name may be used now. */
  public boolean isLive(String name) {
    return named(name).anyMatch(key -> key.isLive(clock.instant()));
  }

  /** The secrets of the key's own, the newest first; none where the gateway's own is used. */
  @Override
  public List<WebhookSecret> of(String owner) {
    return named(owner).flatMap(key -> key.signing().at(clock.instant()).stream()).toList();
  }

  private Stream<KeyRecord> named(String name) {
    return all().stream().filter(key -> key.name().equals(name));
  }

  private List<KeyRecord> all() {
    List<KeyRecord> all = new ArrayList<>(configured);
    all.addAll(stored);
    return all;
  }

  /** The same within bounds. */
  public static GeneratedKey generate(String name, Set<Scope> scopes, KeyRestrictions bounds) {
    GeneratedKey key = generate(name, scopes);
    return new GeneratedKey(
        key.secret(),
        key.record().with(bounds, KeyRecord.Signing.GATEWAYS_OWN, key.record().life().created()));
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
