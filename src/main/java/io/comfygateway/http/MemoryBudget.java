package io.comfygateway.http;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes may be in memory at a time. */
public final class MemoryBudget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  /** A budget of so many bytes. */
  public MemoryBudget(long most) {
    this.most = most;
  }

  /** Takes so many bytes, if there is room for them. */
  public boolean take(long bytes) {
    boolean fits = taken.addAndGet(bytes) <= most;
    if (!fits) {
      leave(bytes);
    }
    return fits;
  }

  /** Gives bytes back. */
  public void leave(long bytes) {
    taken.addAndGet(-bytes);
  }
}
