package io.comfygateway.simulator;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/**
 * What goes wrong on demand. Each call changes one thing and leaves the others as they are; all may
 * be made from any thread while the simulator works.
 */
public final class Faults {

  /** What the failing node raises. */
  public enum Kind {
    /** A {@code RuntimeError}. */
    ERROR,
    /** A {@code torch.OutOfMemoryError}. */
    OUT_OF_MEMORY,
    /** A {@code torch.AcceleratorError}, as of a GPU that has hung up. */
    DEVICE
  }

  private static final IntUnaryOperator TAKE_ONE = left -> Math.max(0, left - 1);

  private final Duration firstStepTime;
  private final AtomicInteger failingPrompts = new AtomicInteger();
  private final AtomicInteger lostAnswers = new AtomicInteger();
  private final AtomicInteger rejections = new AtomicInteger();
  private final AtomicInteger cutViews = new AtomicInteger();
  private volatile Kind kind = Kind.ERROR;
  private volatile int rejectionStatus = 502;
  private volatile Duration viewDelay = Duration.ZERO;
  private volatile boolean viewsAreHtml;
  private volatile boolean refusesWebSockets;
  private volatile boolean holdsSubmissions;
  private volatile boolean failsObjectInfo;
  private volatile Duration stepTime;

  Faults(Duration stepTime) {
    this.firstStepTime = stepTime;
    this.stepTime = stepTime;
  }

  /** Makes a node of each of the next prompts raise: its sampler, or else its first node. */
  public Faults failNextPrompts(int count, Kind failure) {
    kind = failure;
    failingPrompts.set(count);
    return this;
  }

  /** Queues the next so many submissions but closes their connections without an answer. */
  public Faults loseNextAnswers(int count) {
    lostAnswers.set(count);
    return this;
  }

  /** Answers the next so many submissions with a status, 502 for one, and queues nothing. */
  public Faults rejectNextSubmissions(int count, int status) {
    rejectionStatus = status;
    rejections.set(count);
    return this;
  }

  /** Lets submissions wait, neither queued nor answered, until this is undone. */
  public Faults holdSubmissions(boolean hold) {
    holdsSubmissions = hold;
    return this;
  }

  /** Answers {@code GET /object_info} with 500. */
  public Faults failObjectInfo(boolean fail) {
    failsObjectInfo = fail;
    return this;
  }

  /** Breaks the connection off in the middle of the next so many files of {@code GET /view}. */
  public Faults cutNextViews(int count) {
    cutViews.set(count);
    return this;
  }

  /** Makes {@code GET /view} wait so long before it answers. */
  public Faults delayViews(Duration delay) {
    viewDelay = delay;
    return this;
  }

  /** Answers {@code GET /view} with a page of HTML, as a login page in front of it does. */
  public Faults answerViewsWithHtml(boolean html) {
    viewsAreHtml = html;
    return this;
  }

  boolean viewsAreHtml() {
    return viewsAreHtml;
  }

  /** Answers {@code /ws} with 503. Sockets that are open stay so. */
  public Faults refuseWebSockets(boolean refuse) {
    refusesWebSockets = refuse;
    return this;
  }

  /** How long a step of a sampler takes from now on. */
  public Faults stepTime(Duration time) {
    stepTime = time;
    return this;
  }

  /** Undoes all of the above. */
  public Faults clear() {
    failNextPrompts(0, Kind.ERROR).loseNextAnswers(0).rejectNextSubmissions(0, 502);
    return cutNextViews(0)
        .holdSubmissions(false)
        .failObjectInfo(false)
        .delayViews(Duration.ZERO)
        .answerViewsWithHtml(false)
        .refuseWebSockets(false)
        .stepTime(firstStepTime);
  }

  Optional<NodeFailure> takeFailure() {
    if (!take(failingPrompts)) {
      return Optional.empty();
    }
    return Optional.of(
        switch (kind) {
          case OUT_OF_MEMORY ->
              new NodeFailure(
                  "torch.OutOfMemoryError",
                  "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of"
                      + " 23.99 GiB of which 512.00 MiB is free.");
          case DEVICE ->
              new NodeFailure("torch.AcceleratorError", "CUDA error: unspecified launch failure");
          case ERROR -> new NodeFailure("RuntimeError", "the simulator was told to fail");
        });
  }

  boolean takeLostAnswer() {
    return take(lostAnswers);
  }

  /** The status to reject a submission with. */
  Optional<Integer> takeRejection() {
    return take(rejections) ? Optional.of(rejectionStatus) : Optional.empty();
  }

  boolean takeCutView() {
    return take(cutViews);
  }

  Duration viewDelay() {
    return viewDelay;
  }

  boolean holdsSubmissions() {
    return holdsSubmissions;
  }

  boolean failsObjectInfo() {
    return failsObjectInfo;
  }

  boolean refusesWebSockets() {
    return refusesWebSockets;
  }

  Duration stepTime() {
    return stepTime;
  }

  private static boolean take(AtomicInteger left) {
    return left.getAndUpdate(TAKE_ONE) > 0;
  }
}
