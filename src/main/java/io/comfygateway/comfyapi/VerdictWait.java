package io.comfygateway.comfyapi;

import io.comfygateway.http.LongPollLimit;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.QueuePositions;
import io.comfygateway.pool.RunningPrompts;
import java.time.Duration;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Whether the answer to {@code POST /prompt} waits until a server has accepted or refused the
 * prompt, as ComfyUI answers. It waits only if a server has room for the prompt, and for a short
 * time.
 */
public final class VerdictWait {
  private static final String THEN = "direct:comfyui-prompt-judged";

  private final RunningPrompts running;
  private final QueuePositions positions;
  private final ToIntFunction<Job> room;
  private final Duration longest;

  /**
   * Makes it.
   *
   * @param room how many prompts the servers that can run a job still take
   * @param longest how long an answer waits; zero for never
   */
  public VerdictWait(
      RunningPrompts running, QueuePositions positions, ToIntFunction<Job> room, Duration longest) {
    this.running = running;
    this.positions = positions;
    this.room = room;
    this.longest = longest;
  }

  /** The wait for a job's verdict; empty if it is there, or is not to be waited for. */
  Optional<LongPollLimit> of(Job job) {
    if (longest.isZero() || hasVerdict(job) || !isSentAtOnce(job)) {
      return Optional.empty();
    }
    return Optional.of(
        new LongPollLimit(job.id(), Optional.empty(), this::hasVerdict, longest, THEN));
  }

  private boolean hasVerdict(Job job) {
    return job.status().isFinished() || job.status() == JobStatus.RUNNING || running.has(job.id());
  }

  private boolean isSentAtOnce(Job job) {
    return switch (job.stage()) {
      case SUBMITTED -> true;
      case QUEUED -> positions.of(job) <= room.applyAsInt(job);
      default -> false;
    };
  }
}
