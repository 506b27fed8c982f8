package io.comfygateway.access;

import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every decision on a request as one line of {@code key=value} of the logger {@code audit}: those
 * who were let in at level INFO, those who were not at WARN. No secret, no query and no body is
 * ever in it; what callers wrote is cut, and cannot end the line or look like a field of its own.
 */
final class AuditLog {
  private static final int LONGEST = 200;
  private static final String NOBODY = "-";
  private final Logger log;

  AuditLog() {
    this(LoggerFactory.getLogger("audit"));
  }

  AuditLog(Logger log) {
    this.log = log;
  }

  /** A request that was let in, in which way and for what. */
  void allowed(RequestInfo arrival, InetAddress address, String caller, String way) {
    log.info(
        "decision=allowed caller={} way={} address={} method={} path={}",
        value(caller),
        way,
        address.getHostAddress(),
        value(arrival.method()),
        value(arrival.path()));
  }

  /** A request that was not, and why. */
  void refused(RequestInfo arrival, InetAddress address, String caller, String reason, int status) {
    log.warn(
        "decision=refused reason={} status={} caller={} address={} method={} path={}",
        reason,
        status,
        value(caller),
        address.getHostAddress(),
        value(arrival.method()),
        value(arrival.path()));
  }

  private static String value(String text) {
    if (text.isEmpty()) {
      return NOBODY;
    }
    String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    return cut.replaceAll("[^\\x21-\\x7e…]", "?").replace('"', '?').replace('=', '?');
  }
}
