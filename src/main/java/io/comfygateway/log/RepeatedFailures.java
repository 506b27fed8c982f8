package io.comfygateway.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.event.KeyValuePair;

/**
 * Lets a warning or error through once a minute, however often it goes on: a database that is away
 * for 20 s would otherwise write thousands of lines. The next one that is let through says how many
 * were left out. The audit log is left alone.
 */
public final class RepeatedFailures extends Filter<ILoggingEvent> {
  /** The name of the field that says how many were left out. */
  static final String LEFT_OUT = "left_out";

  private static final long HELD_BACK = Duration.ofMinutes(1).toNanos();
  private static final int MOST = 1_000;

  private final LongSupplier nanoTime;
  private final Map<String, Failure> failures = new ConcurrentHashMap<>();

  private record Failure(long toldAt, long leftOut, boolean isTold) {}

  public RepeatedFailures() {
    this(System::nanoTime);
  }

  RepeatedFailures(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public FilterReply decide(ILoggingEvent event) {
    if (!event.getLevel().isGreaterOrEqual(Level.WARN) || "audit".equals(event.getLoggerName())) {
      return FilterReply.NEUTRAL;
    }
    long now = nanoTime.getAsLong();
    if (failures.size() >= MOST) {
      failures.values().removeIf(failure -> isOver(failure, now));
    }
    String key = key(event);
    if (failures.size() >= MOST && !failures.containsKey(key)) {
      return FilterReply.NEUTRAL;
    }
    long before = failures.containsKey(key) ? failures.get(key).leftOut() : 0;
    Failure failure = failures.compute(key, (known, last) -> next(last, now));
    if (failure.isTold() && before > 0 && event instanceof LoggingEvent line) {
      line.addKeyValuePair(new KeyValuePair(LEFT_OUT, before));
    }
    return failure.isTold() ? FilterReply.NEUTRAL : FilterReply.DENY;
  }

  private static Failure next(Failure last, long now) {
    return last == null || isOver(last, now)
        ? new Failure(now, 0, true)
        : new Failure(last.toldAt(), last.leftOut() + 1, false);
  }

  private static boolean isOver(Failure failure, long now) {
    return now - failure.toldAt() >= HELD_BACK;
  }

  // With an exception the same step fails for many jobs or paths; without one the text is all.
  private static String key(ILoggingEvent event) {
    IThrowableProxy root = event.getThrowableProxy();
    if (root == null) {
      return event.getLoggerName() + " " + event.getFormattedMessage();
    }
    while (root.getCause() != null && !root.isCyclic()) {
      root = root.getCause();
    }
    return event.getLoggerName() + " " + event.getMessage() + " " + root.getClassName();
  }
}
