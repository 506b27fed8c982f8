package io.comfygateway.picture;

import io.comfygateway.problem.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a codec that failed is answered with. */
final class PictureFailure {
  private static final Logger LOG = LoggerFactory.getLogger(PictureFailure.class);

  private PictureFailure() {}

  /**
   * Logs a failure and makes the problem that callers read.
   *
   * @param detail what is wrong and what to do
   */
  static Problem of(Throwable failed, String detail) {
    LOG.warn("picture cannot be converted reason={}", failed.toString());
    return PictureReading.refused(detail);
  }
}
