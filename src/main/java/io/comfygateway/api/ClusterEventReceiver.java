package io.comfygateway.api;

import io.comfygateway.http.LongPolls;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.job.WakeUps;
import java.util.UUID;

/**
 * Passes notifications of other gateways on to the requests, routes, listeners and sockets here.
 */
public final class ClusterEventReceiver implements ClusterEvents {
  private final LongPolls waits;
  private final WakeUps wakeUps;
  private final LiveProgress progress;
  private final Sockets sockets;

  /** The WebSockets of clients. */
  public interface Sockets {
    /** A job has changed on another gateway. */
    void happened(UUID job);

    /** A server of another gateway sent a frame about a job's prompt. */
    void frame(UUID job, String text);
  }

  public ClusterEventReceiver(
      LongPolls waits, WakeUps wakeUps, LiveProgress progress, Sockets sockets) {
    this.waits = waits;
    this.wakeUps = wakeUps;
    this.progress = progress;
    this.sockets = sockets;
  }

  @Override
  public void happened(UUID job) {
    waits.look(job);
    sockets.happened(job);
  }

  @Override
  public void frame(UUID job, String text) {
    sockets.frame(job, text);
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
