package io.comfygateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command {@code gateway} itself. */
class GatewayTest {

  @ParameterizedTest
  @CsvSource({
    "strat, gateway start",
    "start --prot, Unknown option: '--prot'",
    "'', Missing command",
  })
  void what_is_not_known_is_answered_with_the_usage_and_status_2(String line, String answer) {
    String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
    try (RunningCommand command = RunningCommand.start(arguments)) {
      assertThat(command.status()).isEqualTo(2);
      assertThat(command.err()).contains(answer).doesNotContain("\tat ");
    }
  }

  @Test
  void the_help_names_every_command() {
    try (RunningCommand command = RunningCommand.start("--help")) {
      assertThat(command.status()).isZero();
      assertThat(command.out()).contains("start", "check", "demo", "simulate");
    }
  }

  @ParameterizedTest
  @CsvSource({"--version", "start --version", "check --version"})
  void the_version_is_told(String line) {
    try (RunningCommand command = RunningCommand.start(line.split(" "))) {
      assertThat(command.status()).isZero();
      assertThat(command.out()).startsWith("comfyui-gateway ");
    }
  }
}
