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
 * Logs the same warning or error at most once a minute: a database that is down for 20 s would
 * otherwise cause thousands of lines. The next line says how many were left out. The audit log is
 * not filtered.
 */
public final class RepeatedFailures extends Filter<ILoggingEvent> {
  /** The field with the number of lines left out. */
  static final String LEFT_OUT = "left_out";

  private static final long INTERVAL = Duration.ofMinutes(1).toNanos();
  private static final int MAX_FAILURES = 1_000;

  private final LongSupplier nanoTime;
  private final Map<String, Failure> failures = new ConcurrentHashMap<>();

  private record Failure(long loggedAt, long leftOut, boolean isLogged) {}

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
    if (failures.size() >= MAX_FAILURES) {
      failures.values().removeIf(failure -> isOver(failure, now));
    }
    String key = key(event);
    if (failures.size() >= MAX_FAILURES && !failures.containsKey(key)) {
      return FilterReply.NEUTRAL;
    }
    long before = failures.containsKey(key) ? failures.get(key).leftOut() : 0;
    Failure failure = failures.compute(key, (known, last) -> next(last, now));
    if (failure.isLogged() && before > 0 && event instanceof LoggingEvent line) {
      line.addKeyValuePair(new KeyValuePair(LEFT_OUT, before));
    }
    return failure.isLogged() ? FilterReply.NEUTRAL : FilterReply.DENY;
  }

  private static Failure next(Failure last, long now) {
    return last == null || isOver(last, now)
        ? new Failure(now, 0, true)
        : new Failure(last.loggedAt(), last.leftOut() + 1, false);
  }

  private static boolean isOver(Failure failure, long now) {
    return now - failure.loggedAt() >= INTERVAL;
  }

  // With an exception, the same failure of many jobs or paths counts as one.
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
