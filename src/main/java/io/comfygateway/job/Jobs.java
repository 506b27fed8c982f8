package io.comfygateway.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.database.Database;
import io.comfygateway.database.DocumentSeal;
import java.time.Duration;
import java.time.InstantSource;

/**
 * The tables of jobs as one gateway uses them, built together because they share its lease and its
 * clock. A class takes those that it needs, not this.
 *
 * @param queue accepts jobs and gives them to backends
 * @param queries reads jobs
 * @param lists lists and counts jobs
 * @param leases which jobs are this gateway's
 * @param transitions changes jobs
 * @param requirements what jobs require of a backend
 * @param positions where jobs stand in the queue
 * @param batches the batches that jobs belong to
 * @param events what happened to jobs
 * @param nodeStarts when the nodes of running prompts began
 */
public record Jobs(
    JobQueue queue,
    JobQueries queries,
    JobLists lists,
    JobLeases leases,
    JobTransitions transitions,
    RequirementsStore requirements,
    QueuePositions positions,
    BatchStore batches,
    JobEventLog events,
    NodeStarts nodeStarts) {

  /**
   * Builds them.
   *
   * @param seal encrypts what jobs run
   * @param lease this gateway's id, and how long it holds a job without a heartbeat
   * @param idempotencyKept how long an idempotency key finds the job that it created
   */
  public static Jobs in(
      Database database,
      ObjectMapper json,
      DocumentSeal seal,
      InstantSource clock,
      Lease lease,
      Duration idempotencyKept,
      QueueLimits limits) {
    JobRows rows = new JobRows(json, seal);
    JobQueries queries = new JobQueries(database.jdbc(), rows, clock, lease);
    JobLeases leases = new JobLeases(database.jdbc(), rows, queries, clock, lease);
    RequirementsStore requirements = new RequirementsStore(database.jdbc(), json, rows, clock);
    JobEventLog events = new JobEventLog(database.jdbc(), clock);
    NodeStarts nodeStarts = new NodeStarts(clock);
    JobQueue queue =
        new JobQueue(
            database,
            rows,
            clock,
            limits,
            new IdempotencyKeyStore(database.jdbc(), clock, idempotencyKept, seal),
            requirements,
            queries,
            leases,
            events);
    return new Jobs(
        queue,
        queries,
        new JobLists(database.jdbc(), rows),
        leases,
        new JobTransitions(database, rows, clock, leases, events, nodeStarts),
        requirements,
        new QueuePositions(database.jdbc(), clock),
        new BatchStore(database, queue, rows, clock),
        events,
        nodeStarts);
  }
}
