package io.comfygateway.flow;

import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** What becomes of tests whose other program (n8n, a proxy, a browser) could not be installed. */
final class Installed {
  private static final boolean REQUIRED = "1".equals(System.getenv("REQUIRE_E2E"));

  private Installed() {}

  /** Skips the test, or fails it where {@code REQUIRE_E2E=1} is set. */
  static void require(boolean installed, Supplier<String> reason) {
    if (REQUIRED) {
      Assertions.assertTrue(installed, reason);
    }
    Assumptions.assumeTrue(installed, reason);
  }
}
