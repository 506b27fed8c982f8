package io.comfygateway.simulator;

import java.time.Duration;

/**
 * Which steps of a node are reported. 0.33 sends progress at most every 100 ms, save for the first
 * and the last step and those with a picture. Here the time of the steps counts, not the clock's,
 * so that the same prompt is reported the same way each time.
 */
final class StepReports {
  private static final Duration BETWEEN = Duration.ofMillis(100);

  private final SimulatedVersion version;
  private Duration sinceLast = BETWEEN;

  StepReports(SimulatedVersion version) {
    this.version = version;
  }

  boolean isDue(int value, int max, Duration time, boolean hasPicture) {
    sinceLast = sinceLast.plus(time);
    boolean due =
        !version.is033() || hasPicture || value >= max || sinceLast.compareTo(BETWEEN) >= 0;
    if (due) {
      sinceLast = Duration.ZERO;
    }
    return due;
  }
}
