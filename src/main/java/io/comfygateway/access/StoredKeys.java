package io.comfygateway.access;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the keys in memory as they are in the database, so that no request waits for it: looked at
 * after every change of this gateway's own, and every moment for those of others that share the
 * database.
 */
final class StoredKeys {
  private static final Logger LOG = LoggerFactory.getLogger(StoredKeys.class);
  private final KeyStore store;
  private final ApiKeys keys;
  private long version = -1;
  private boolean failed;

  StoredKeys(KeyStore store, ApiKeys keys) {
    this.store = store;
    this.keys = keys;
  }

  /**
   * Takes over what has changed. A database that does not answer leaves the keys as they are: they
   * were good a moment ago, and without it nothing is accepted anyway.
   */
  synchronized void refresh() {
    try {
      // Read first: a change between the two is then seen the next time, and never missed.
      long current = store.version();
      if (current != version) {
        keys.exchange(store.all());
        version = current;
      }
      failed = false;
    } catch (RuntimeException e) {
      if (!failed) {
        LOG.warn("keys cannot be looked at, the known ones stay", e);
      }
      failed = true;
    }
  }
}
