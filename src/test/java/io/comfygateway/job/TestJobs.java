package io.comfygateway.job;

import io.comfygateway.TestJson;
import io.comfygateway.database.Database;
import io.comfygateway.database.TestSeal;
import java.time.Duration;
import java.time.InstantSource;

/** The tables of jobs as the gateways of tests use them. */
public final class TestJobs {
  public static final Lease LEASE = new Lease("gateway-1", Duration.ofSeconds(30));
  public static final Duration KEYS_KEPT = Duration.ofHours(24);

  private TestJobs() {}

  /** Without limits, for a gateway of the usual name. */
  public static Jobs in(Database database, InstantSource clock) {
    return in(database, clock, LEASE, QueueLimits.none());
  }

  public static Jobs in(Database database, InstantSource clock, Lease lease, QueueLimits limits) {
    return Jobs.in(database, TestJson.MAPPER, new TestSeal(), clock, lease, KEYS_KEPT, limits);
  }
}
