package io.comfygateway.api;

import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.prompt.Progress;
import io.comfygateway.prompt.ProgressBoard;
import java.time.Instant;
import java.util.Optional;

/** What is known of a job at this moment that the store does not say. */
public final class LiveState {
  private final Backends backends;
  private final RunningPrompts running;
  private final ProgressBoard progress;

  public LiveState(Backends backends, RunningPrompts running, ProgressBoard progress) {
    this.backends = backends;
    this.running = running;
    this.progress = progress;
  }

  /** The status: a prompt may run before the store has been updated. */
  JobStatus status(Job job) {
    boolean runs = running.find(job.id()).flatMap(RunningPrompt::started).isPresent();
    return job.status() == JobStatus.QUEUED && runs ? JobStatus.RUNNING : job.status();
  }

  /** When its prompt began to run. */
  Optional<Instant> started(Job job) {
    return job.times().started().or(() -> running.find(job.id()).flatMap(RunningPrompt::started));
  }

  /** How far its prompt is. */
  Optional<Progress> progress(Job job) {
    return progress.of(job.id());
  }

  /** Why it waits, as a sentence, where a server is the reason. */
  Optional<String> waitingReason(Job job) {
    return switch (job.stage()) {
      case QUEUED ->
          backends.health().whyNoneTakesWork().map(why -> "No server takes jobs: " + why + ".");
      case SUBMITTED, COLLECTING ->
          job.place()
              .backend()
              .filter(name -> backends.health().downSince(name).isPresent())
              .map(
                  name ->
                      "%s does not answer: %s."
                          .formatted(name, backends.health().state(name).reason()));
      case FETCHING, DONE -> Optional.empty();
    };
  }
}
