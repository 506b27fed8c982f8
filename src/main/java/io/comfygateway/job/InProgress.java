package io.comfygateway.job;

import io.comfygateway.exchange.OnDone;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;

/**
 * The jobs that an exchange of this process is working on, so that a second wake-up for the same
 * job does nothing. A crash loses only this mark; the work itself is in the database.
 */
public final class InProgress {
  private final Map<UUID, Exchange> holders = new ConcurrentHashMap<>();

  /** Marks a job until the exchange is done; returns false if another exchange has it. */
  public boolean take(UUID id, Exchange exchange) {
    if (holders.putIfAbsent(id, exchange) != null) {
      return false;
    }
    OnDone.run(exchange, () -> release(id, exchange));
    return true;
  }

  /** Removes the mark before the exchange is done; the mark of another exchange stays. */
  public void release(UUID id, Exchange exchange) {
    holders.remove(id, exchange);
  }

  /** The marked jobs. */
  public Set<UUID> all() {
    return Set.copyOf(holders.keySet());
  }

  public boolean has(UUID id) {
    return holders.containsKey(id);
  }
}
