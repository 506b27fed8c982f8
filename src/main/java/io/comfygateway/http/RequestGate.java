package io.comfygateway.http;

import io.comfygateway.route.Requests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds requests back while routes are replaced: they wait, without a thread, and none of them
 * finds a route that is being removed or not there yet.
 */
public final class RequestGate implements Requests {
  private final Object lock = new Object();
  private final List<Runnable> waiting = new ArrayList<>();
  private int pauses;
  private int inside;
  private volatile boolean shut;

  /**
   * Passes a request on, at once or when the gate is open again.
   *
   * @param request called without the lock; it must have {@link #leave()} called
   */
  void enter(Runnable request) {
    synchronized (lock) {
      if (pauses > 0) {
        waiting.add(request);
        return;
      }
      inside++;
    }
    request.run();
  }

  /** Passes no more requests on: the gateway is stopping. */
  public void shut() {
    shut = true;
  }

  boolean isShut() {
    return shut;
  }

  /** A request has been handled, or has begun a long poll. */
  void leave() {
    synchronized (lock) {
      inside--;
      lock.notifyAll();
    }
  }

  @Override
  public boolean pause(Duration atMost) {
    long until = System.nanoTime() + atMost.toNanos();
    synchronized (lock) {
      pauses++;
      try {
        while (inside > 0) {
          long left = (until - System.nanoTime()) / 1_000_000;
          if (left <= 0) {
            return false;
          }
          lock.wait(left);
        }
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  @Override
  public void resume() {
    List<Runnable> all;
    synchronized (lock) {
      pauses--;
      if (pauses > 0) {
        return;
      }
      all = List.copyOf(waiting);
      waiting.clear();
      inside += all.size();
    }
    all.forEach(Runnable::run);
  }
}
