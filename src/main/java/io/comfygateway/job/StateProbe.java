package io.comfygateway.job;

import io.comfygateway.clock.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of something that may not answer, such as a database or a network file system. A thread
 * of its own reads it, one read at a time. A caller waits for a limited time, and then gets the
 * last state with its age.
 */
public final class StateProbe<T> {
  private static final Logger LOG = LoggerFactory.getLogger(StateProbe.class);

  private final String name;
  private final Supplier<T> source;
  private final Duration hold;
  private final Duration limit;
  private final InstantSource clock;
  private Optional<T> value = Optional.empty();
  private Instant readAt = Instant.MIN;
  private Instant endedAt = Instant.MIN;
  private boolean failed;
  private boolean reading;
  private long begun;

  /**
   * A state.
   *
   * @param value the last state; empty if none was ever read
   * @param age how old it is
   * @param current whether the last read succeeded and none is under way
   */
  public record Reading<T>(Optional<T> value, Duration age, boolean current) {}

  /**
   * Makes a probe.
   *
   * @param name what is read, for the log and the name of the thread
   * @param source reads the state; it may take long, and fail
   * @param hold how long a state is returned without another read
   * @param limit how long callers wait for a read, from its beginning
   */
  public StateProbe(
      String name, Supplier<T> source, Duration hold, Duration limit, InstantSource clock) {
    this.name = name;
    this.source = source;
    this.hold = hold;
    this.limit = limit;
    this.clock = new SteadyClock(clock);
  }

  /** Begins to read the state, unless a read is under way or the last one is recent enough. */
  public synchronized void begin() {
    if (!reading && !isHeld()) {
      reading = true;
      begun = System.nanoTime();
      Thread thread = new Thread(this::read, "probe-" + name);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private boolean isHeld() {
    return !endedAt.equals(Instant.MIN)
        && Duration.between(endedAt, clock.instant()).compareTo(hold) < 0;
  }

  private void read() {
    Optional<T> read = Optional.empty();
    try {
      read = Optional.of(source.get());
    } catch (RuntimeException e) {
      LOG.warn("{} does not answer reason={}", name, e.toString());
    } finally {
      ended(read);
    }
  }

  private synchronized void ended(Optional<T> read) {
    Instant now = clock.instant();
    if (read.isPresent()) {
      value = read;
      readAt = now;
    }
    failed = read.isEmpty();
    endedAt = now;
    reading = false;
    notifyAll();
  }

  /** The state, read now or within the hold if the source answers within the limit. */
  public synchronized Reading<T> latest() {
    begin();
    return await();
  }

  /** The state after the read that is under way. */
  public synchronized Reading<T> await() {
    while (reading) {
      long left = limit.toNanos() - (System.nanoTime() - begun);
      if (left <= 0) {
        break;
      }
      try {
        wait(left / 1_000_000, (int) (left % 1_000_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    Duration age = value.isEmpty() ? Duration.ZERO : Duration.between(readAt, clock.instant());
    return new Reading<>(value, age, !reading && !failed);
  }
}
