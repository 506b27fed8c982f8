package io.comfygateway.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.pool.SocketPictures;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;

/**
 * Follows this process's prompts in memory: which exchange works on each, where it runs, how far it
 * is, and which pictures it is to send over the WebSocket.
 */
public final class PromptTracker {
  private final RunningPrompts running;
  private final ProgressBoard progress;
  private final SocketPictures pictures;
  private final InProgress inProgress;
  private final Follower follower;

  /** Learns of prompts before their servers send frames about them. */
  public interface Follower {
    /** A prompt is about to be sent, or was found on its server. */
    void sentToServer(Job job, JobDocument document);

    /**
     * A server has accepted a prompt.
     *
     * @param nodeErrors ComfyUI's {@code node_errors} of the outputs that it leaves out; empty for
     *     none
     */
    default void accepted(Job job, JobDocument document, JsonNode nodeErrors) {}
  }

  public PromptTracker(
      RunningPrompts running,
      ProgressBoard progress,
      SocketPictures pictures,
      InProgress inProgress,
      Follower follower) {
    this.running = running;
    this.progress = progress;
    this.pictures = pictures;
    this.inProgress = inProgress;
    this.follower = follower;
  }

  /** Marks a job as worked on by an exchange; false where another exchange has it. */
  boolean take(UUID job, Exchange exchange) {
    return inProgress.take(job, exchange);
  }

  /**
   * Ends an exchange's work on a job whose prompt has not ended.
   *
   * @return whether the WebSocket reported the end of the prompt meanwhile, so that its history has
   *     to be read: while the exchange had the job, nobody else could
   */
  boolean release(UUID job, Exchange exchange) {
    inProgress.release(job, exchange);
    return progress.isUnread(job);
  }

  /** Whether the prompt is known to be on a server. */
  boolean isOnBackend(UUID job) {
    return running.has(job);
  }

  /** Prompts on servers that no exchange works on. */
  List<RunningPrompt> idle() {
    return running.all().stream().filter(prompt -> !inProgress.has(prompt.job())).toList();
  }

  /** Takes a prompt on a server, whose history is about to be read; empty where it cannot be. */
  Optional<RunningPrompt> takeToRead(UUID job, Exchange exchange) {
    Optional<RunningPrompt> taken =
        running.find(job).filter(prompt -> inProgress.take(job, exchange));
    taken.ifPresent(prompt -> progress.reading(job));
    return taken;
  }

  /** Records that a prompt is about to be sent. */
  void sending(Job job, JobDocument document) throws IOException {
    progress.follow(job.id(), document.prompt());
    pictures.begin(job.id(), document.prompt());
    follower.sentToServer(job, document);
    running.submissions().sending(job.id());
  }

  /** Records why it is not known whether the server has the prompt. */
  void unclear(UUID job, String why) {
    running.submissions().unclear(job, why);
  }

  /**
   * Records that the server has accepted a prompt that was sent.
   *
   * @param nodeErrors what it says of the outputs that it leaves out
   */
  void accepted(Job job, JobDocument document, JsonNode nodeErrors) {
    running.arrived(job, Optional.empty(), document.tells("running"));
    follower.accepted(job, document, nodeErrors);
  }

  /**
   * Records that a prompt which may have been sent was found on its server.
   *
   * @param started when it began to run, where it has
   */
  void found(Job job, JobDocument document, Optional<Instant> started) {
    progress.follow(job.id(), document.prompt());
    pictures.follow(job.id(), document.prompt());
    follower.sentToServer(job, document);
    running.arrived(job, started, document.tells("running"));
  }

  /** Forgets a prompt that has ended, or that this process no longer runs. */
  void forget(UUID job) {
    running.forget(job);
    progress.forget(job);
  }

  /** Forgets a prompt that has ended, and ends the exchange's work on it. */
  void forget(UUID job, Exchange exchange) {
    forget(job);
    inProgress.release(job, exchange);
  }
}
