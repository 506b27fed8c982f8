package io.comfygateway.job;

import java.time.Duration;
import java.time.Instant;

/**
 * How a gateway holds what it works on.
 *
 * @param owner the gateway's id
 * @param length how long it stays the gateway's without a heartbeat
 */
public record Lease(String owner, Duration length) {

  /** When what is held from now on becomes free, unless it is kept for longer. */
  public Instant until(Instant now) {
    return now.plus(length);
  }

  /**
   * Until when what was taken is this gateway's for certain, so that it need not ask, as long as
   * the clocks of all gateways agree to within half a lease.
   */
  public Instant certainUntil(Instant taken) {
    return taken.plus(length.dividedBy(2));
  }
}
