package io.comfygateway.app;

import java.util.Optional;

/** The version of the gateway. */
public final class Version {
  private Version() {}

  /** The version of the jar; {@code (not packaged)} for classes that are in none. */
  public static String current() {
    return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
        .orElse("(not packaged)");
  }
}
