package io.comfygateway.delivery;

import io.comfygateway.database.SqlFile;
import io.comfygateway.job.Lease;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which deliveries this gateway tries, and for how long. */
public final class DeliveryLeases {
  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/delivery.sql");
  private final InstantSource clock;
  private final Lease lease;
  private volatile Instant claimsVoidUntil = Instant.MIN;

  DeliveryLeases(JdbcClient jdbc, InstantSource clock, Lease lease) {
    this.jdbc = jdbc;
    this.clock = clock;
    this.lease = lease;
  }

  /**
   * Whether a claim is so recent that no other gateway can have the delivery, as long as their
   * clocks agree to within half a lease.
   *
   * @param claimed when it was claimed
   */
  public boolean isCertain(Instant claimed) {
    return claimed.isAfter(claimsVoidUntil)
        && clock.instant().isBefore(lease.certainUntil(claimed));
  }

  /** Makes no claim up to now certain: the database may have lost it. */
  public void voidClaims() {
    claimsVoidUntil = clock.instant();
  }

  /**
   * Makes no claim certain that was made before the clock was set back; see {@link
   * io.comfygateway.clock.ClockSteps}.
   *
   * @param before the latest time that the clock had shown
   */
  public void clockSetBack(Instant before) {
    claimsVoidUntil = before;
  }

  /**
   * Renews the lease of a delivery right before it is sent.
   *
   * @return false where another gateway has it
   */
  public boolean renew(Delivery delivery) {
    return jdbc.sql(sql.get("keep"))
            .param("id", delivery.id())
            .param("fence", delivery.fence())
            .param("leaseUntil", DeliveryRows.at(lease.until(clock.instant())))
            .update()
        == 1;
  }

  /** Renews the leases of the deliveries that are under way. */
  public void heartbeat(Collection<UUID> underWay) {
    if (!underWay.isEmpty()) {
      jdbc.sql(sql.get("heartbeat"))
          .param("ids", underWay)
          .param("leaseOwner", lease.owner())
          .param("leaseUntil", DeliveryRows.at(lease.until(clock.instant())))
          .update();
    }
  }

  /** Ends all leases of this gateway: when it stops, and when it starts after a crash. */
  public void release() {
    jdbc.sql(sql.get("release-leases")).param("leaseOwner", lease.owner()).update();
  }
}
