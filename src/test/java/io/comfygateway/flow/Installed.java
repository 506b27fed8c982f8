package io.comfygateway.flow;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** What becomes of tests whose other program (n8n, a proxy, a browser) could not be installed. */
final class Installed {
  private static final boolean REQUIRED = "1".equals(System.getenv("REQUIRE_E2E"));

  private Installed() {}

  /**
   * The folder of programs that come as packages.
   *
   * @param name as {@code src/test/packages/install} knows them
   */
  static Path packages(String name) throws IOException, InterruptedException {
    Process install = new ProcessBuilder("src/test/packages/install", "--installed", name).start();
    String out = new String(install.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(install.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    require(install.waitFor() == 0, err::strip);
    return Path.of(out.strip());
  }

  /** Skips the test, or fails it where {@code REQUIRE_E2E=1} is set. */
  static void require(boolean installed, Supplier<String> reason) {
    if (REQUIRED) {
      Assertions.assertTrue(installed, reason);
    }
    Assumptions.assumeTrue(installed, reason);
  }
}
