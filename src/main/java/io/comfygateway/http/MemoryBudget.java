package io.comfygateway.http;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes may be in memory at a time. */
final class MemoryBudget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  MemoryBudget(long most) {
    this.most = most;
  }

  /** Whether there was room for so many more, which are in it then. */
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
