package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class UnloadedStepsTest extends RefreshedFolder {
  private static final String NAME = "custom/moderation.camel.yaml";
  private static final String ROUTE =
      """
      - route:
          id: moderation
          from:
            uri: direct:custom-request
            steps:
              - log: x
      """;

  private void load(String text) throws IOException {
    Files.writeString(folder.resolve(NAME), text);
    refresh();
  }

  @Test
  void a_file_that_does_not_load_is_one_until_it_is_fixed() throws IOException {
    load(ROUTE.replace("- log:", "- lgo:"));
    assertThat(files.unloaded()).containsExactly(NAME);

    load(ROUTE);

    assertThat(files.unloaded()).isEmpty();
    assertThat(files.faults()).isEmpty();
  }

  @Test
  void a_misspelt_route_is_one() throws IOException {
    load(ROUTE.replace("direct:custom-request", "direct://custom-requests"));

    assertThat(files.unloaded()).containsExactly(NAME);
  }

  @Test
  void a_file_that_is_no_text_is_one() throws IOException {
    Files.write(folder.resolve(NAME), new byte[] {(byte) 0xff});
    files.refresh();

    assertThat(files.unloaded()).containsExactly(NAME);
  }

  @Test
  void a_file_whose_earlier_version_runs_is_none() throws IOException {
    load(ROUTE);

    load(ROUTE.replace("- log:", "- lgo:"));

    assertThat(files.faults()).isNotEmpty();
    assertThat(files.unloaded()).isEmpty();
  }

  @Test
  void a_file_without_such_a_route_is_none() throws IOException {
    load(ROUTE.replace("custom-request", "mine").replace("- log:", "- lgo:"));

    assertThat(files.faults()).isNotEmpty();
    assertThat(files.unloaded()).isEmpty();
  }

  @Test
  void a_file_that_was_removed_is_none() throws IOException {
    load(ROUTE.replace("- log:", "- lgo:"));

    Files.delete(folder.resolve(NAME));
    files.refresh();
    files.refresh();

    assertThat(files.unloaded()).isEmpty();
  }
}
