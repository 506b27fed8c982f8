package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The versions of ComfyUI that the simulator can be; each answers as it was recorded. */
public enum SimulatedVersion {
  V0_3_64("0.3.64"),
  V0_33("0.33");

  private final String label;

  SimulatedVersion(String label) {
    this.label = label;
  }

  /** The version of a name such as {@code 0.33}; empty where the simulator does not have it. */
  static Optional<SimulatedVersion> of(String label) {
    return Arrays.stream(values()).filter(version -> version.label.equals(label)).findFirst();
  }

  /** The names of all versions, {@code 0.3.64, 0.33}. */
  static String labels() {
    return Arrays.stream(values()).map(version -> version.label).collect(Collectors.joining(", "));
  }

  /**
   * Whether the server has what 0.33 brought: {@code /api/jobs}, node replacements, prompt ids that
   * must be UUIDs, and other errors for graphs.
   */
  boolean is033() {
    return this == V0_33;
  }

  /** A shipped file of this version: {@code features.json} or {@code features-0.33.json}. */
  ObjectNode resource(PythonJson json, String name) {
    return json.resource(name + (is033() ? "-0.33" : "") + ".json");
  }
}
