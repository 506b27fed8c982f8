package io.comfygateway.job;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of something that may not answer, such as a database or a network file system. It is
 * read on a thread of its own, one read at a time; whoever asks waits for a limited time and then
 * gets the state that was read last, with its age.
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
   * @param value what was read last; empty where nothing was ever read
   * @param age how old that is
   * @param current whether the source answered when it was asked the last time
   */
  public record Reading<T>(Optional<T> value, Duration age, boolean current) {}

  /**
   * Makes a probe.
   *
   * @param name what is asked, for the log and the name of the thread
   * @param source reads the state; it may take long, and fail
   * @param hold for how long a state is answered without another read
   * @param limit how long a read is waited for, from its beginning
   */
  public StateProbe(
      String name, Supplier<T> source, Duration hold, Duration limit, InstantSource clock) {
    this.name = name;
    this.source = source;
    this.hold = hold;
    this.limit = limit;
    this.clock = new SteadyClock(clock);
  }

  /** Begins to read the state, unless that is under way or what is there is new enough. */
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

  /** The state, read now or within the hold where that is possible within the limit. */
  public synchronized Reading<T> latest() {
    begin();
    return await();
  }

  /** The state that a read gives which was begun before. */
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
