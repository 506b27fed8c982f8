package io.comfygateway.prompt;

import java.io.IOException;

/**
 * A server answered a request with a status which shows that nothing was queued: from a login page,
 * a firewall or a rate limit in front of it, or because it is overloaded.
 */
public final class RequestRejectedException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int UNAVAILABLE = 503;
  private static final int SERVER_ERROR = 500;

  private final int status;
  private final String retryAfter;

  /**
   * Makes one from an answer.
   *
   * @param request method and path, such as {@code POST /prompt}
   * @param contentType that of the answer; may be null
   * @param retryAfter the answer's {@code Retry-After}; may be null
   */
  static RequestRejectedException of(
      int status, String request, String contentType, String retryAfter) {
    String what = contentType == null ? "" : " with " + contentType;
    return new RequestRejectedException(
        "it answered " + status + what + " to " + request + advice(status),
        status,
        retryAfter == null ? "" : retryAfter);
  }

  private RequestRejectedException(String message, int status, String retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  private static String advice(int status) {
    return switch (status) {
      case 401, 403, 407 ->
          "; check its credentials, and whether a firewall in front of it refuses this request";
      case 404, 405 -> "; check its url";
      case 429 -> "; a rate limit in front of it was reached";
      case UNAVAILABLE -> "; it is overloaded, or being restarted";
      default -> status < 400 ? ", as a login page does; check its url and its credentials" : "";
    };
  }

  /** Whether a proxy may answer so although the request went through. */
  public boolean isDoubtful() {
    return status >= SERVER_ERROR;
  }

  /** The answer's {@code Retry-After}; empty where it has none. */
  public String retryAfter() {
    return retryAfter;
  }
}
