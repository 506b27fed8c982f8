package io.comfygateway.job;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The jobs that some exchange of this process works on right now, so that a second wake-up for the
 * same one does nothing. What is lost with the process is only this mark; the work itself is in the
 * store.
 */
public final class InProgress {
  private final Map<UUID, Exchange> holders = new ConcurrentHashMap<>();

  /** Marks a job for as long as the exchange lives; false where another exchange has it. */
  public boolean take(UUID id, Exchange exchange) {
    if (holders.putIfAbsent(id, exchange) != null) {
      return false;
    }
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onDone(Exchange done) {
                release(id, exchange);
              }
            });
    return true;
  }

  /** Lets go of a job before the exchange has ended; another exchange's mark stays. */
  public void release(UUID id, Exchange exchange) {
    holders.remove(id, exchange);
  }

  /** All that are. */
  public Set<UUID> all() {
    return Set.copyOf(holders.keySet());
  }

  public boolean has(UUID id) {
    return holders.containsKey(id);
  }
}
