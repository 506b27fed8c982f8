package io.comfygateway.access;

import io.comfygateway.webhook.SigningSecrets;
import io.comfygateway.webhook.WebhookSecret;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The valid and revoked keys of the gateway: those of its settings, which do not change while it
 * runs, and the stored ones, which are replaced as a whole when one of them changes.
 */
public final class ApiKeys implements SigningSecrets {
  private static final int GENERATED_BYTES = 32;

  private final List<KeyRecord> configured;
  private final InstantSource clock;
  private final Map<String, Instant> used = new ConcurrentHashMap<>();
  private volatile List<KeyRecord> stored;

  /**
   * The keys of the setting and the stored ones.
   *
   * @param setting {@code name:secret[:scope+scope]}, comma separated; may be blank
   * @param loopbackOnly whether only this machine can reach the gateway; secrets shorter than 16
   *     characters are then accepted
   * @throws IllegalArgumentException if the setting is not valid; the message gives the position
   *     and name of the entry, never its secret
   */
  public ApiKeys(
      String setting, Collection<KeyRecord> stored, boolean loopbackOnly, InstantSource clock) {
    this(new ConfiguredKeys(loopbackOnly).parse(setting), stored, clock);
  }

  private ApiKeys(
      Collection<KeyRecord> configured, Collection<KeyRecord> stored, InstantSource clock) {
    this.configured = List.copyOf(configured);
    this.stored = List.copyOf(stored);
    this.clock = clock;
  }

  /** Checks the setting; throws as the constructor does. */
  public static void check(String setting, boolean loopbackOnly) {
    new ConfiguredKeys(loopbackOnly).parse(setting);
  }

  /** The same keys and one more that is neither stored nor in the setting. */
  public ApiKeys and(KeyRecord more) {
    return new ApiKeys(Stream.concat(configured.stream(), Stream.of(more)).toList(), stored, clock);
  }

  /** Replaces the stored keys; takes effect with the next request. */
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

  /** The key with this secret, even if it is revoked or has expired. */
  Optional<KeyRecord> find(String secret) {
    KeyRecord found = null;
    // No early exit: the time taken must not reveal which key matched.
    for (KeyRecord key : all()) {
      found = key.matches(secret, clock.instant()) ? key : found;
    }
    if (found != null) {
      used.put(found.name(), clock.instant());
    }
    return Optional.ofNullable(found);
  }

  /** When keys were last used through this gateway since it has started, by their names. */
  Map<String, Instant> lastUses() {
    return Map.copyOf(used);
  }

  /** Whether a key of this name is valid now. */
  public boolean isLive(String name) {
    return live(name).findAny().isPresent();
  }

  /** The valid keys of this name; the setting may have two of one name. */
  Stream<KeyRecord> live(String name) {
    return named(name).filter(key -> key.isLive(clock.instant()));
  }

  /** Whether the jobs of a caller have previews; so have those of callers without a key. */
  public boolean previews(String name) {
    return named(name).allMatch(key -> key.restrictions().previews());
  }

  /** Whether the outputs of a caller's jobs carry the editor's file of their workflow. */
  public boolean editorMetadata(String name) {
    return named(name).allMatch(key -> key.restrictions().editorMetadata());
  }

  /** The key's own signing secrets, newest first; none if the gateway's secret signs. */
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

  /** Creates a key with restrictions. */
  public static GeneratedKey generate(
      String name, Set<Scope> scopes, KeyRestrictions restrictions) {
    GeneratedKey key = generate(name, scopes);
    return new GeneratedKey(
        key.secret(),
        key.record()
            .with(restrictions, KeyRecord.Signing.GATEWAYS_OWN, key.record().life().created()));
  }

  /** Creates a key whose secret is {@code cg_} and 256 random bits in base64url. */
  public static GeneratedKey generate(String name, Set<Scope> scopes) {
    SecureRandom random = new SecureRandom();
    byte[] bytes = new byte[GENERATED_BYTES];
    random.nextBytes(bytes);
    String secret = "cg_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    return new GeneratedKey(secret, KeyRecord.of(name, SecretHash.of(secret, random), scopes));
  }
}
