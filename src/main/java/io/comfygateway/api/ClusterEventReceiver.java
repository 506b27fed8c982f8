package io.comfygateway.api;

import io.comfygateway.http.LongPolls;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.job.WakeUps;
import java.util.UUID;

/** Passes notifications of other gateways on to the requests, routes and listeners here. */
public final class ClusterEventReceiver implements ClusterEvents {
  private final LongPolls waits;
  private final WakeUps wakeUps;
  private final LiveProgress progress;

  public ClusterEventReceiver(LongPolls waits, WakeUps wakeUps, LiveProgress progress) {
    this.waits = waits;
    this.wakeUps = wakeUps;
    this.progress = progress;
  }

  @Override
  public void happened(UUID job) {
    waits.look(job);
  }

  @Override
  public void cancelling() {
    wakeUps.wake("run-cancel");
  }

  @Override
  public void listening() {
    progress.wantedElsewhere();
  }

  @Override
  public void progress(UUID job, String text) {
    progress.received(job, text);
  }
}
