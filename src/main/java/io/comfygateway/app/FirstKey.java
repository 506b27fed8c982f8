package io.comfygateway.app;

import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.GeneratedKey;
import io.comfygateway.access.KeyStore;
import io.comfygateway.access.Scope;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.Settings;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;

/** The key that a gateway makes where nobody could call it otherwise. It has every scope. */
public final class FirstKey {
  private static final String NAME = "first";

  private final Settings settings;
  private final KeyStore store;

  public FirstKey(Settings settings, KeyStore store) {
    this.settings = settings;
    this.store = store;
  }

  /**
   * Refuses a gateway without a key on a port that other machines reach: a key that is printed at
   * the start protects only one that this machine alone reaches.
   *
   * @throws StartFailure where there is no key and the host is not a loopback address
   */
  public void requirePossible() {
    if (isNeeded() && !settings.isLoopback()) {
      throw new StartFailure(
          "The gateway would listen on "
              + settings.get(PortSettings.HOST)
              + ", which other machines reach, but no key is set. Set GATEWAY_API_KEYS, for example"
              + " to me:SECRET:run+raw with the output of openssl rand -hex 32 as SECRET; or make a"
              + " key with ./gateway key create NAME; or set GATEWAY_HOST=127.0.0.1.");
    }
  }

  /**
   * Makes and stores the key where there is no other.
   *
   * @return the key, whose secret is known nowhere else; empty where there are keys
   */
  public Optional<GeneratedKey> create(Instant now) {
    if (!isNeeded()) {
      return Optional.empty();
    }
    GeneratedKey key = ApiKeys.generate(NAME, EnumSet.complementOf(EnumSet.of(Scope.URL)));
    try {
      store.add(key.record(), now);
    } catch (DuplicateKeyException e) {
      // Another gateway on the same database was first and has printed its own.
      return Optional.empty();
    }
    return Optional.of(key);
  }

  private boolean isNeeded() {
    return store.isEmpty()
        && settings.get(CallerSettings.API_KEYS).isEmpty()
        && !Authenticators.acceptOthers(settings);
  }
}
