package io.comfygateway.job;

import java.util.UUID;

/**
 * What gateways on one database tell each other at once. It may get lost, and nothing depends on
 * it: the clocks of each gateway find out later by themselves.
 */
public interface ClusterEvents {
  /** Something has happened to a job that requests may be held for. */
  void happened(UUID job);

  /** A job is to be cancelled that another gateway has on a backend. */
  void cancelling();

  /** For a gateway that is alone on its database. */
  static ClusterEvents toNobody() {
    return new ClusterEvents() {
      @Override
      public void happened(UUID job) {}

      @Override
      public void cancelling() {}
    };
  }
}
