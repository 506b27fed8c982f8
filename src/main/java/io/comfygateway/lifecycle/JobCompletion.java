package io.comfygateway.lifecycle;

import io.comfygateway.delivery.DeliveryQueue;
import io.comfygateway.job.Batch;
import io.comfygateway.job.BatchStore;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Moves a job into a state that its caller hears of: the state, its outputs and the deliveries that
 * tell of it are one transaction.
 */
public final class JobCompletion {
  private final TransactionTemplate transaction;
  private final JobQueries queries;
  private final JobTransitions transitions;
  private final BatchStore batches;
  private final OutputRows outputs;
  private final DeliveryQueue deliveryQueue;
  private final EndRecord endRecord;

  /**
   * Creates it.
   *
   * @param endRecord what else is stored when a job ends
   */
  public JobCompletion(
      TransactionTemplate transaction,
      JobQueries queries,
      JobTransitions transitions,
      BatchStore batches,
      OutputRows outputs,
      DeliveryQueue deliveryQueue,
      EndRecord endRecord) {
    this.transaction = transaction;
    this.queries = queries;
    this.transitions = transitions;
    this.batches = batches;
    this.outputs = outputs;
    this.deliveryQueue = deliveryQueue;
    this.endRecord = endRecord;
  }

  /** Stores more about the end of a job, in the transaction that ends it. */
  public interface EndRecord {
    /**
     * A job ends.
     *
     * @param before the job before, with ComfyUI's outputs where its prompt succeeded
     * @param now the job as it is now
     * @param document what it ran
     */
    void ended(Job before, Job now, JobDocument document);
  }

  /**
   * A job that has ended.
   *
   * @param job the job as it is now
   * @param isDelivered whether somebody is to be told, or a copy to be made
   */
  public record Ended(Job job, boolean isDelivered) {}

  /** Notes that a prompt runs; false where that is known, or a later holder has it. */
  public boolean running(UUID job, long fence) {
    return transaction.execute(
        tx -> {
          if (!transitions.started(job, fence)) {
            return false;
          }
          announce(job, queries.document(job), JobStatus.RUNNING.word(), false);
          return true;
        });
  }

  /**
   * Ends a job; empty where a later holder has it.
   *
   * @param stored its outputs, each of which has been stored
   */
  public Optional<Ended> end(Job job, JobStatus status, List<Output> stored, JobFacts facts) {
    return transaction.execute(
        tx -> {
          Optional<Job> ended = transitions.finish(job, status, facts);
          return ended.map(
              now -> {
                stored.forEach(outputs::insert);
                JobDocument document = queries.document(job.id());
                endRecord.ended(job, now, document);
                boolean isTold = announce(job.id(), document, status.word(), !stored.isEmpty());
                boolean isBatchTold =
                    document.batch().map(batch -> endInBatch(batch, status)).orElse(false);
                return new Ended(now, isTold || isBatchTold);
              });
        });
  }

  /**
   * Adds the deliveries of an event; to be called inside the transaction that makes it true.
   *
   * @return whether there are any
   */
  public boolean announce(UUID job, JobDocument document, String event, boolean hasOutputs) {
    Optional<UUID> copy = hasOutputs ? copies(job, document, event) : Optional.empty();
    List<UUID> events =
        document.deliver().stream()
            .filter(target -> target.events().contains(event))
            .map(target -> deliveryQueue.addEvent(job, event, target.to(), copy))
            .toList();
    Optional<UUID> call =
        document
            .callback()
            .filter(callback -> callback.events().contains(event))
            .map(
                callback ->
                    deliveryQueue.add(job, "callback", event, authority(callback.url()), copy));
    return copy.isPresent() || !events.isEmpty() || call.isPresent();
  }

  // What comes after them waits for all of them.
  private Optional<UUID> copies(UUID job, JobDocument document, String event) {
    List<UUID> added = new ArrayList<>();
    document
        .s3()
        .map(s3 -> deliveryQueue.addShortForm(job, event, s3.destination()))
        .ifPresent(added::add);
    document.deliver().stream()
        .filter(JobDocument.Target::isForFiles)
        .map(target -> deliveryQueue.addCopy(job, event, target.to()))
        .forEach(added::add);
    return added.stream().findFirst();
  }

  private boolean endInBatch(UUID batch, JobStatus status) {
    Optional<Batch> ended = batches.ended(batch, status);
    ended.ifPresent(
        now ->
            now.document()
                .callback()
                .filter(callback -> callback.events().contains(now.result().word()))
                .ifPresent(
                    callback ->
                        deliveryQueue.addOfBatch(
                            batch, now.result().word(), authority(callback.url()))));
    return ended.flatMap(now -> now.document().callback()).isPresent();
  }

  private static String authority(String url) {
    return Optional.ofNullable(URI.create(url).getAuthority()).orElse(url);
  }
}
