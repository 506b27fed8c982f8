package io.comfygateway.http;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes may be in memory at a time. */
final class MemoryBudget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  MemoryBudget(long most) {
    this.most = most;
  }

  /** Takes so many bytes, if there is room for them. */
  boolean take(long bytes) {
    boolean fits = taken.addAndGet(bytes) <= most;
    if (!fits) {
      leave(bytes);
    }
    return fits;
  }

  void leave(long bytes) {
    taken.addAndGet(-bytes);
  }
}
