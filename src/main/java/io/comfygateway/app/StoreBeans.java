package io.comfygateway.app;

import io.comfygateway.access.DocumentSealer;
import io.comfygateway.access.JobQuota;
import io.comfygateway.clock.ClockSteps;
import io.comfygateway.comfyapi.ClientPrompts;
import io.comfygateway.database.Database;
import io.comfygateway.delivery.Deliveries;
import io.comfygateway.job.AbandonedPrompts;
import io.comfygateway.job.FetchQueue;
import io.comfygateway.job.Jobs;
import io.comfygateway.job.Lease;
import io.comfygateway.job.QueueLimits;
import io.comfygateway.output.OutputRows;
import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.RetrySettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StageSettings;
import io.comfygateway.settings.StorageSettings;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** The tables: jobs, fetches, outputs, deliveries, quotas. */
final class StoreBeans {
  private static final Logger LOG = LoggerFactory.getLogger(StoreBeans.class);

  private final Lease lease;
  private final Jobs jobs;
  private final FetchQueue fetchQueue;
  private final OutputRows outputs;
  private final ClientPrompts clientPrompts;
  private final Deliveries deliveries;
  private final AbandonedPrompts abandonedPrompts;
  private final JobQuota jobQuota;
  private final ClockSteps clockSteps;

  StoreBeans(SharedBeans shared) {
    Settings settings = shared.settings();
    Database database = shared.database();
    DocumentSealer sealer = new DocumentSealer(shared.persistence().masterKey());
    this.lease = new Lease(shared.persistence().gatewayId(), settings.get(StageSettings.LEASE));
    this.jobs =
        Jobs.in(
            database,
            shared.json(),
            sealer,
            shared.clock(),
            lease,
            settings.get(StorageSettings.IDEMPOTENCY_RETENTION),
            queueLimits(settings));
    this.fetchQueue =
        new FetchQueue(
            database.jdbc(),
            database.transaction(),
            shared.json(),
            sealer,
            shared.clock(),
            lease,
            fetchLimits(settings));
    this.outputs = new OutputRows(database.jdbc());
    this.clientPrompts =
        new ClientPrompts(database.jdbc(), database.transaction(), shared.json(), sealer);
    this.deliveries = Deliveries.in(database, shared.clock(), lease);
    this.abandonedPrompts = new AbandonedPrompts(database.jdbc());
    this.jobQuota = new JobQuota(database.jdbc(), shared.clock());
    this.clockSteps =
        new ClockSteps(
            shared.clock(),
            List.of(
                (by, before) -> jobs.queue().clockSetBack(by),
                (by, before) -> jobs.leases().clockSetBack(before),
                (by, before) -> deliveries.queue().clockSetBack(by),
                (by, before) -> deliveries.leases().clockSetBack(before)));
    database.onLoss(jobs.leases()::voidClaims);
    database.onLoss(deliveries.leases()::voidClaims);
  }

  private static QueueLimits queueLimits(Settings settings) {
    return QueueLimits.same(
        settings.get(LimitSettings.MAX_WAITING),
        new QueueLimits.PerCaller(
            settings.get(LimitSettings.MAX_WAITING_PER_KEY),
            settings.get(LimitSettings.MAX_RUNNING_PER_KEY)));
  }

  private static FetchQueue.Limits fetchLimits(Settings settings) {
    return new FetchQueue.Limits(
        settings.get(LimitSettings.INPUT_MAX_FETCHES),
        settings.get(LimitSettings.INPUT_MAX_FETCHES_PER_KEY),
        settings.get(RetrySettings.INPUT_TIMEOUT));
  }

  void bindTo(RouteBeans routes) {
    routes.bind(jobs.queries(), jobs.leases(), clockSteps);
  }

  Lease lease() {
    return lease;
  }

  Jobs jobs() {
    return jobs;
  }

  FetchQueue fetchQueue() {
    return fetchQueue;
  }

  OutputRows outputs() {
    return outputs;
  }

  ClientPrompts clientPrompts() {
    return clientPrompts;
  }

  Deliveries deliveries() {
    return deliveries;
  }

  AbandonedPrompts abandonedPrompts() {
    return abandonedPrompts;
  }

  JobQuota jobQuota() {
    return jobQuota;
  }

  /** Cleans up what the last run of this gateway left behind. */
  void prepare() {
    deliveries.leases().release();
    jobs.queue().hashIdempotencyKeys();
  }

  /**
   * Releases the leases of a gateway that has stopped, so that others need not wait for their end.
   */
  void handOver() {
    try {
      int left = jobs.leases().handOver();
      deliveries.leases().release();
      LOG.info("handed over jobs={}", left);
    } catch (DataAccessException e) {
      LOG.warn("database does not answer, jobs are taken up when their leases have expired", e);
    }
  }
}
