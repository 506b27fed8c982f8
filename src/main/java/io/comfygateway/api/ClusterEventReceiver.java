package io.comfygateway.api;

import io.comfygateway.http.LongPolls;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.job.WakeUps;
import java.util.UUID;

/** Passes notifications of other gateways on to the requests and routes that wait for them. */
public final class ClusterEventReceiver implements ClusterEvents {
  private final LongPolls waits;
  private final WakeUps wakeUps;

  public ClusterEventReceiver(LongPolls waits, WakeUps wakeUps) {
    this.waits = waits;
    this.wakeUps = wakeUps;
  }

  @Override
  public void happened(UUID job) {
    waits.look(job);
  }

  @Override
  public void cancelling() {
    wakeUps.wake("run-cancel");
  }
}
