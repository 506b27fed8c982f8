package io.comfygateway.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the keys of the database in memory, so that no request waits for it. They are refreshed
 * after every change by this gateway, and regularly for changes by other gateways.
 */
final class StoredKeys {
  private static final Logger LOG = LoggerFactory.getLogger(StoredKeys.class);
  private static final Duration BETWEEN_NOTES = Duration.ofMinutes(1);
  private final KeyStore store;
  private final ApiKeys keys;
  private final InstantSource clock;
  private Instant noted = Instant.EPOCH;
  private long version = -1;
  private boolean failed;

  StoredKeys(KeyStore store, ApiKeys keys, InstantSource clock) {
    this.clock = clock;
    this.store = store;
    this.keys = keys;
  }

  // Not at each request, which would write to the database.
  private void noteUses() {
    Instant now = clock.instant();
    if (!now.isBefore(noted.plus(BETWEEN_NOTES))) {
      Map<String, Instant> uses = new HashMap<>(keys.lastUses());
      uses.values().removeIf(at -> at.isBefore(noted));
      if (!uses.isEmpty()) {
        store.noteUses(uses);
      }
      noted = now;
    }
  }

  /**
   * Loads the keys if they have changed. While the database does not answer, the known keys stay
   * valid; without it no job is accepted anyway.
   */
  synchronized void refresh() {
    try {
      // The version is read first: a change between the two reads is then seen the next time.
      long current = store.version();
      if (current != version) {
        keys.exchange(store.all());
        version = current;
      }
      noteUses();
      failed = false;
    } catch (RuntimeException e) {
      if (!failed) {
        LOG.warn("keys cannot be read, the known ones stay valid", e);
      }
      failed = true;
    }
  }
}
