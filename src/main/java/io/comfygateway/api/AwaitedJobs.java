package io.comfygateway.api;

import io.comfygateway.delivery.DeliveryQueries;
import io.comfygateway.http.LongPolls;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** When a long poll on a job is answered: at its next status, or at its end. */
public final class AwaitedJobs implements LongPolls.Over {
  private final JobQueries queries;
  private final DeliveryQueries deliveries;
  private final BooleanSupplier copies;

  /**
   * Makes the condition.
   *
   * @param copies whether outputs can be copied anywhere
   */
  public AwaitedJobs(JobQueries queries, DeliveryQueries deliveries, BooleanSupplier copies) {
    this.queries = queries;
    this.deliveries = deliveries;
    this.copies = copies;
  }

  @Override
  public Optional<Job> find(UUID job) {
    return queries.find(job);
  }

  @Override
  public Set<UUID> ended(Set<UUID> of) {
    return queries.ended(of);
  }

  // Whoever wants copies also waits until they are there or have failed.
  @Override
  public boolean test(Job job, Optional<JobStatus> seen) {
    return seen.isPresent()
        ? job.status().compareTo(seen.get()) > 0
        : job.status().isFinished() && !(copies.getAsBoolean() && isBeingCopied(job));
  }

  private boolean isBeingCopied(Job job) {
    return deliveries.of(job.id()).stream()
        .anyMatch(delivery -> delivery.isCopy() && "due".equals(delivery.status()));
  }
}
