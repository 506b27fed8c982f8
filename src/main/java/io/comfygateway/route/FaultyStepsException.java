package io.comfygateway.route;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Routes of a file cannot be built, and it is known which of their steps cannot. */
final class FaultyStepsException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Map<String, List<StepCheck.StepFault>> faults;

  /**
   * Makes one.
   *
   * @param faults by the route's id; there is at least one
   */
  FaultyStepsException(Map<String, List<StepCheck.StepFault>> faults) {
    super(faults.values().iterator().next().get(0).detail());
    this.faults = new LinkedHashMap<>(faults);
  }

  Map<String, List<StepCheck.StepFault>> faults() {
    return faults;
  }
}
