package io.comfygateway.pool;

import java.io.IOException;

/**
 * A server answers, but not as a ComfyUI that this gateway can use. Nothing was queued there, so
 * another server can have the job.
 */
public final class BackendUnusableException extends IOException {
  private static final long serialVersionUID = 1L;

  public BackendUnusableException(String message) {
    super(message);
  }

  /**
   * The meaning of a status.
   *
   * @param request method and path, such as {@code GET /prompt}
   */
  static BackendUnusableException of(int status, String request) {
    String answer = "it answered " + status + " to " + request;
    if (status == 401 || status == 403 || status == 407) {
      return new BackendUnusableException(answer + "; check its credentials");
    }
    if (status >= 300 && status < 400) {
      return new BackendUnusableException(
          answer + ", as a login page does; check its url and its credentials");
    }
    return new BackendUnusableException(answer + "; is it a ComfyUI?");
  }
}
