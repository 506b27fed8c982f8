package io.comfygateway.pool;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this process knows about prompts that may have been sent. About those of another process
 * nothing is known: it may have crashed because of a server's answer, so sending such a prompt
 * again counts as an attempt.
 */
public final class Submissions {
  private final Set<UUID> unsent = ConcurrentHashMap.newKeySet();
  private final Set<UUID> sending = ConcurrentHashMap.newKeySet();
  private final Map<UUID, String> unclear = new ConcurrentHashMap<>();

  /** Records that this process has claimed a job, and sent nothing yet. */
  public void claimed(UUID job) {
    unsent.add(job);
  }

  /** Records that the prompt is being sent. */
  public void sending(UUID job) {
    unsent.remove(job);
    sending.add(job);
  }

  /** Whether the prompt is being sent, or may have been, and its server may run it already. */
  boolean isSending(UUID job) {
    return sending.contains(job);
  }

  /** Whether the prompt was certainly not sent since the job was claimed. */
  public boolean isUnsent(UUID job) {
    return unsent.contains(job);
  }

  /** Records why it is not known whether the server has the prompt. */
  public void unclear(UUID job, String why) {
    unclear.put(job, why);
  }

  /** Why it is not known whether the server has the prompt. */
  public Optional<String> whyUnclear(UUID job) {
    return Optional.ofNullable(unclear.get(job));
  }

  void forget(UUID job) {
    unsent.remove(job);
    sending.remove(job);
    unclear.remove(job);
  }

  /** The jobs that something is known about now. */
  public Set<UUID> known() {
    Set<UUID> known = new HashSet<>(unsent);
    known.addAll(sending);
    known.addAll(unclear.keySet());
    return known;
  }

  void forgetAll(Set<UUID> jobs) {
    unsent.removeAll(jobs);
    sending.removeAll(jobs);
    unclear.keySet().removeAll(jobs);
  }
}
