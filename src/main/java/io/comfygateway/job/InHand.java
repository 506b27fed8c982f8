package io.comfygateway.job;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The jobs (or deliveries) that some exchange of this process works on right now, so that a second
 * wake-up for the same one does nothing. What is lost with the process is only this mark; the work
 * itself is in the store.
 */
public final class InHand {
  private final Set<UUID> ids = ConcurrentHashMap.newKeySet();

  /** Marks it; false where another exchange has it. */
  public boolean take(UUID id) {
    return ids.add(id);
  }

  public void release(UUID id) {
    ids.remove(id);
  }

  public boolean has(UUID id) {
    return ids.contains(id);
  }
}
