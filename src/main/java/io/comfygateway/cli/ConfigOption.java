package io.comfygateway.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option for the file of the settings. */
final class ConfigOption {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "The file of the settings (default: the environment variable GATEWAY_CONFIG, else"
              + " config/application.properties).",
      defaultValue = "${env:GATEWAY_CONFIG:-config/application.properties}")
  private Path file;

  Path file() {
    return file;
  }
}
