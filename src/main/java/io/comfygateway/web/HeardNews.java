package io.comfygateway.web;

import io.comfygateway.job.News;
import io.comfygateway.job.WakeUps;
import java.util.UUID;

/** What other gateways tell goes to the requests and routes that it is for. */
public final class HeardNews implements News {
  private final Waits waits;
  private final WakeUps wakeUps;

  public HeardNews(Waits waits, WakeUps wakeUps) {
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
