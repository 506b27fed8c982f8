package io.comfygateway.comfyapi;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The threads that query the database for the WebSockets of clients. */
public final class SocketThreads implements SocketHub.Later, AutoCloseable {
  private static final int THREADS = 2;
  private static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(1);

  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "client-sockets");
            thread.setDaemon(true);
            return thread;
          });

  /** Starts to call the hub regularly. */
  public void start(SocketHub hub, Duration beat) {
    repeat(hub::beat, beat);
    repeat(hub::sweep, BETWEEN_SWEEPS);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private void repeat(Runnable task, Duration every) {
    threads.scheduleWithFixedDelay(task, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void run(Runnable task) {
    run(Duration.ZERO, task);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  @Override
  public void run(Duration after, Runnable task) {
    try {
      threads.schedule(task, after.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopped) {
      // The sockets are being closed.
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
