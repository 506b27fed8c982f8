package io.comfygateway.api;

import io.comfygateway.access.Caller;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The jobs that retried requests to doors get.
 *
 * <p>The SDKs of such products send a request again that took too long, and say so in a header,
 * without an idempotency key. Such a retry gets the newest job of the same caller for the same
 * request that this gateway has not answered with yet, and makes a new one where there is none.
 * That is the job of the first attempt as long as the caller does not send the same request several
 * times at once: two retries of those may get the same job. What was answered is known to the
 * process only: after a restart, and at another gateway on the same database, a retry may get a job
 * that was answered before.
 */
final class DoorRetries {
  private static final Duration RETRIED_WITHIN = Duration.ofMinutes(75);
  private static final int REMEMBERED = 10_000;

  private final JobQueue queue;
  private final JobQueries queries;
  private final InstantSource clock;
  private final Set<UUID> answered =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<UUID, Boolean>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
                  return size() > REMEMBERED;
                }
              }));

  DoorRetries(JobQueue queue, JobQueries queries, InstantSource clock) {
    this.queue = queue;
    this.queries = queries;
    this.clock = clock;
  }

  /**
   * The job of an earlier attempt.
   *
   * @param hash of the request and the number of the job in it
   * @param taken jobs that this request already has: it has as many as it asks for
   */
  Optional<UUID> earlier(Caller caller, String hash, List<UUID> taken) {
    return queue.recent(caller.name(), hash, clock.instant().minus(RETRIED_WITHIN)).stream()
        .filter(job -> !answered.contains(job) && !taken.contains(job))
        .filter(job -> queries.find(job, caller.name()).isPresent())
        .findFirst();
  }

  /** A request was answered with a job; no later retry gets it. */
  void answered(UUID job) {
    answered.add(job);
  }
}
