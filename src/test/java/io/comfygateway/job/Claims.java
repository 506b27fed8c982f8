package io.comfygateway.job;

import java.util.Map;
import java.util.Optional;

/** One claim at a time. */
public final class Claims {
  /** Every backend can run everything. */
  public static final Placement ANYWHERE = (backend, needs) -> true;

  private Claims() {}

  /** The best waiting job, given to a backend that has room; any can run it. */
  static Optional<Job> first(JobQueue queue, Map<String, Integer> rooms) {
    return first(queue, rooms, ANYWHERE);
  }

  static Optional<Job> first(JobQueue queue, Map<String, Integer> rooms, Placement placement) {
    return queue.claim(rooms, placement, 1).stream().map(Claim::job).findFirst();
  }
}
