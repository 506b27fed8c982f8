package io.comfygateway.pool;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of a ComfyUI, such as 0.3.57. */
record ComfyVersion(int major, int minor, int patch) implements Comparable<ComfyVersion> {
  /**
   * The lowest that the gateway can use: it takes the prompt's id from the client (since 0.3.45)
   * and interrupts only the prompt that is named (since 0.3.57).
   */
  static final ComfyVersion LOWEST = new ComfyVersion(0, 3, 57);

  private static final Pattern FORM =
      Pattern.compile("v?([0-9]{1,6})\\.([0-9]{1,6})(?:\\.([0-9]{1,6}))?(?:[^0-9].{0,100})?");

  /** Reads a version; empty where the text is not one. */
  static Optional<ComfyVersion> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String patch = matcher.group(3) == null ? "0" : matcher.group(3);
    return Optional.of(
        new ComfyVersion(
            Integer.parseInt(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            Integer.parseInt(patch)));
  }

  /** What is wrong with a version that is too old; empty where it is not. */
  Optional<String> objection() {
    return compareTo(LOWEST) >= 0
        ? Optional.empty()
        : Optional.of(
            "its ComfyUI is "
                + this
                + ", and "
                + LOWEST
                + " or newer is needed: before 0.3.45 it gives prompts ids of its own, and before "
                + LOWEST
                + " a cancellation may stop another prompt");
  }

  @Override
  public int compareTo(ComfyVersion other) {
    return Comparator.comparingInt(ComfyVersion::major)
        .thenComparingInt(ComfyVersion::minor)
        .thenComparingInt(ComfyVersion::patch)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
