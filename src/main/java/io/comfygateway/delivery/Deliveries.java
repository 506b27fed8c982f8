package io.comfygateway.delivery;

import io.comfygateway.database.Database;
import io.comfygateway.job.Lease;
import java.time.InstantSource;

/**
 * The table of deliveries as one gateway uses it, in parts that share its lease and its clock. A
 * class takes those that it needs, not this.
 *
 * @param queue adds deliveries and records how they ended
 * @param dispatch claims those that are due
 * @param queries reads deliveries
 * @param lists lists deliveries and their tries
 * @param redelivery sends them again on request
 * @param leases which deliveries are this gateway's
 */
public record Deliveries(
    DeliveryQueue queue,
    DeliveryDispatch dispatch,
    DeliveryQueries queries,
    DeliveryLists lists,
    Redelivery redelivery,
    DeliveryLeases leases) {

  /**
   * Builds them.
   *
   * @param lease this gateway's id, and how long it holds a delivery without a heartbeat
   */
  public static Deliveries in(Database database, InstantSource clock, Lease lease) {
    return new Deliveries(
        new DeliveryQueue(database, clock),
        new DeliveryDispatch(database, clock, lease),
        new DeliveryQueries(database.jdbc()),
        new DeliveryLists(database.jdbc()),
        new Redelivery(database, clock),
        new DeliveryLeases(database.jdbc(), clock, lease));
  }
}
