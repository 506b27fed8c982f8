package io.comfygateway.job;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the wall clock was set back, as an NTP step or a resumed virtual machine does it:
 * what the database says is due later would wait for as long as the step was.
 */
public final class ClockSteps {
  private static final Logger LOG = LoggerFactory.getLogger(ClockSteps.class);

  /** Less is how clocks are adjusted all the time. */
  private static final Duration LEAST = Duration.ofSeconds(2);

  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final List<Listener> listeners;
  private Instant last;
  private long lastNano;

  /** Puts right what was written by a clock that has been set back since. */
  public interface Listener {
    /**
     * @param by how far it was set back
     * @param before what it said at the most before that
     */
    void setBack(Duration by, Instant before);
  }

  public ClockSteps(InstantSource clock, List<Listener> listeners) {
    this(clock, System::nanoTime, listeners);
  }

  ClockSteps(InstantSource clock, LongSupplier nanoTime, List<Listener> listeners) {
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.listeners = List.copyOf(listeners);
    this.last = clock.instant();
    this.lastNano = nanoTime.getAsLong();
  }

  /** Compares how far the wall clock has gone since the last look with how far it should have. */
  public synchronized void look() {
    Instant now = clock.instant();
    long nano = nanoTime.getAsLong();
    Instant expected = last.plusNanos(nano - lastNano);
    Duration back = Duration.between(now, expected);
    if (back.compareTo(LEAST) > 0 && now.isBefore(last)) {
      LOG.warn("clock was set back seconds={}", back.toSeconds());
      listeners.forEach(listener -> listener.setBack(back, expected));
    }
    last = now;
    lastNano = nano;
  }
}
