package io.comfygateway.picture;

import io.comfygateway.problem.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The problem for a picture that a codec could not read or write. */
final class PictureFailure {
  private static final Logger LOG = LoggerFactory.getLogger(PictureFailure.class);

  private PictureFailure() {}

  /**
   * Logs a failure and returns the problem for the caller.
   *
   * @param detail what is wrong and what to do
   */
  static Problem of(Throwable failed, String detail) {
    LOG.warn("picture cannot be converted reason={}", failed.toString());
    return PictureDecoder.refused(detail);
  }
}
