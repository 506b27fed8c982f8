package io.comfygateway.job;

import java.util.Map;
import java.util.Optional;

/** One claim at a time. */
final class Claims {
  /** Every backend can run everything. */
  static final Placement ANYWHERE = (backend, needs) -> true;

  private Claims() {}

  /** The best waiting job, given to a backend that has room; any can run it. */
  static Optional<Job> first(JobStore jobs, Map<String, Integer> rooms) {
    return first(jobs, rooms, ANYWHERE);
  }

  static Optional<Job> first(JobStore jobs, Map<String, Integer> rooms, Placement placement) {
    return jobs.claim(rooms, placement, 1).stream().map(Claim::job).findFirst();
  }
}
