package io.comfygateway.pool;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this process knows of prompts that may have been sent. Nothing is known of those that
 * another process had in its hands: that one may have ended because of what a server answered, so
 * to send such a prompt again counts as an attempt.
 */
public final class Submissions {
  private final Set<UUID> unsent = ConcurrentHashMap.newKeySet();
  private final Map<UUID, String> unclear = new ConcurrentHashMap<>();

  /** Notes that this process has claimed a job, and sent nothing yet. */
  public void claimed(UUID job) {
    unsent.add(job);
  }

  /** Notes that the prompt is being sent. */
  public void sending(UUID job) {
    unsent.remove(job);
  }

  /** Whether the prompt was certainly not sent since the job was claimed. */
  public boolean isUnsent(UUID job) {
    return unsent.contains(job);
  }

  /** Notes why it is not known whether the prompt arrived. */
  public void unclear(UUID job, String why) {
    unclear.put(job, why);
  }

  /** Why it is not known whether the prompt arrived. */
  public Optional<String> whyUnclear(UUID job) {
    return Optional.ofNullable(unclear.get(job));
  }

  void forget(UUID job) {
    unsent.remove(job);
    unclear.remove(job);
  }

  void keepOnly(Set<UUID> held) {
    unsent.retainAll(held);
    unclear.keySet().retainAll(held);
  }
}
