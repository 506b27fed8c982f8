package io.comfygateway.clock;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that the wall clock was set back, for instance by an NTP step or a resumed virtual
 * machine. What the database has due later would otherwise wait longer by the size of the step.
 */
public final class ClockSteps {
  private static final Logger LOG = LoggerFactory.getLogger(ClockSteps.class);

  /** Smaller steps are ordinary adjustments. */
  private static final Duration LEAST = Duration.ofSeconds(2);

  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final List<Listener> listeners;
  private Instant last;
  private long lastNano;

  /** Corrects times that were written before the clock was set back. */
  public interface Listener {
    /**
     * @param by how far it was set back
     * @param before the latest time that it had shown
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

  /** Compares the progress of the wall clock since the last call with that of the monotonic one. */
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
