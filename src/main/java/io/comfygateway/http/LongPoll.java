package io.comfygateway.http;

import io.comfygateway.job.Job;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A request that waits for its job, without a thread, until one of three things happens. */
final class LongPoll {
  private final LongPollLimit hold;
  private final LongPolls waits;
  private final Consumer<Optional<Job>> answer;
  private final Runnable abandon;
  private final AtomicBoolean over = new AtomicBoolean();
  private final Consumer<Optional<Job>> ended = this::end;

  @SuppressWarnings("NullAway.Init")
  private Vertx vertx;

  private long timer;

  /**
   * Creates it; it does not wait yet.
   *
   * @param answer called once when the job has ended or the time is up; with the job as it is then,
   *     where that is known
   * @param abandon called once when the client is gone; exactly one of the two is called
   */
  LongPoll(LongPollLimit hold, LongPolls waits, Consumer<Optional<Job>> answer, Runnable abandon) {
    this.hold = hold;
    this.waits = waits;
    this.answer = answer;
    this.abandon = abandon;
  }

  /** Starts to wait; called on the response's event loop. */
  void start(Vertx onVertx, HttpServerResponse response) {
    vertx = onVertx;
    timer = vertx.setTimer(Math.max(1, hold.time().toMillis()), later -> end(Optional.empty()));
    response.closeHandler(gone -> leave());
    waits.add(hold, ended);
    if (response.closed()) {
      leave();
    }
  }

  /** Ends the wait if the job has ended already. Queries the store. */
  void look() {
    waits.look(hold, ended);
  }

  private void end(Optional<Job> job) {
    if (over.compareAndSet(false, true)) {
      tidy();
      answer.accept(job);
    }
  }

  private void leave() {
    if (over.compareAndSet(false, true)) {
      tidy();
      abandon.run();
    }
  }

  private void tidy() {
    vertx.cancelTimer(timer);
    waits.remove(hold, ended);
  }
}
