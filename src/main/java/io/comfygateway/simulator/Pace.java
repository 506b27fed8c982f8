package io.comfygateway.simulator;

import java.time.Duration;
import java.util.Optional;

/**
 * Lets time pass while a node works, and holds execution back while the gate is shut. A run that is
 * interrupted stops waiting.
 */
final class Pace {
  private boolean shut;
  private int permits;
  private Optional<Run> permitted = Optional.empty();

  /** Shuts the gate: a run goes no further than its next node or step. */
  synchronized void hold() {
    shut = true;
    permits = 0;
    permitted = Optional.empty();
  }

  /** Opens the gate. */
  synchronized void release() {
    shut = false;
    notifyAll();
  }

  /** Lets so many runs through, from where they are to their end, and keeps the gate shut. */
  synchronized void release(int runs) {
    permits += runs;
    notifyAll();
  }

  synchronized boolean isShut() {
    return shut;
  }

  /** Wakes waiting threads, so that they check whether they were interrupted. */
  synchronized void wake() {
    notifyAll();
  }

  /** Takes the time, then waits until the gate lets the run through. */
  synchronized void pause(Run run, Duration time) throws Run.Stopped {
    run.check();
    long end = System.nanoTime() + time.toNanos();
    try {
      for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
        wait(left / 1_000_000, (int) (left % 1_000_000));
        run.check();
      }
      while (!passes(run)) {
        wait();
        run.check();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Run.Stopped(Run.Stop.ABANDONED);
    }
  }

  private boolean passes(Run run) {
    if (!shut || permitted.equals(Optional.of(run))) {
      return true;
    }
    if (permits == 0) {
      return false;
    }
    permits--;
    permitted = Optional.of(run);
    return true;
  }
}
