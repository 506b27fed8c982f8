package io.comfygateway.access;

import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each access decision as one line of {@code key=value} pairs to the logger {@code audit}:
 * admitted requests at level INFO, refused ones at WARN. A line contains no secret, no query and no
 * body. Text from callers is shortened and escaped, so that it cannot forge lines or fields.
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

  /** A request was admitted. */
  void allowed(RequestInfo request, InetAddress address, String caller, String scheme) {
    log.info(
        "decision=allowed caller={} way={} address={} method={} path={}",
        value(caller),
        scheme,
        address.getHostAddress(),
        value(request.method()),
        value(request.path()));
  }

  /** A request was refused. */
  void refused(RequestInfo request, InetAddress address, String caller, String reason, int status) {
    log.warn(
        "decision=refused reason={} status={} caller={} address={} method={} path={}",
        reason,
        status,
        value(caller),
        address.getHostAddress(),
        value(request.method()),
        value(request.path()));
  }

  private static String value(String text) {
    if (text.isEmpty()) {
      return NOBODY;
    }
    String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    return cut.replaceAll("[^\\x21-\\x7e…]", "?").replace('"', '?').replace('=', '?');
  }
}
