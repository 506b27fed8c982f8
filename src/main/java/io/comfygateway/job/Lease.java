package io.comfygateway.job;

import java.time.Duration;
import java.time.Instant;

/**
 * How a gateway leases what it works on.
 *
 * @param owner the gateway's id
 * @param length how long a lease lasts without a heartbeat
 */
public record Lease(String owner, Duration length) {

  /** When a lease that begins now ends, unless it is renewed. */
  public Instant until(Instant now) {
    return now.plus(length);
  }

  /**
   * Until when a lease certainly lasts, without a look into the database, as long as the clocks of
   * all gateways agree to within half a lease.
   */
  public Instant certainUntil(Instant taken) {
    return taken.plus(length.dividedBy(2));
  }
}
