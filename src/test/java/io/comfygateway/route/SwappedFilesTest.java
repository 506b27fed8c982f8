package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Files that are changed at the same time, so that one has what the other had before. */
class SwappedFilesTest extends RefreshedFolder {
  private void write(String file, String id, String from, String word) throws IOException {
    Files.writeString(
        folder.resolve("custom/" + file + ".camel.yaml"),
        """
        - route:
            id: %s
            from:
              uri: direct:%s
              steps:
                - setBody:
                    constant: %s
        """
            .formatted(id, from, word));
  }

  private Object answer(String from) {
    return context.createProducerTemplate().requestBody("direct:" + from, "x");
  }

  @Test
  void two_files_exchange_their_routes() throws IOException {
    write("a", "review", "custom-request", "a1");
    write("b", "style", "custom-graph", "b1");
    refresh();

    write("a", "style", "custom-graph", "a2");
    write("b", "review", "custom-request", "b2");
    refresh();

    assertThat(files.faults()).isEmpty();
    assertThat(answer("custom-request")).isEqualTo("b2");
    assertThat(answer("custom-graph")).isEqualTo("a2");
  }

  @Test
  void two_files_exchange_what_their_routes_begin_with() throws IOException {
    write("a", "one", "custom-request", "a1");
    write("b", "two", "custom-graph", "b1");
    refresh();

    write("a", "one", "custom-graph", "a2");
    write("b", "two", "custom-request", "b2");
    refresh();

    assertThat(files.faults()).isEmpty();
    assertThat(answer("custom-request")).isEqualTo("b2");
    assertThat(answer("custom-graph")).isEqualTo("a2");
  }

  @Test
  void a_route_moves_to_another_file_that_exists_already() throws IOException {
    write("a", "one", "custom-request", "a1");
    write("b", "two", "custom-graph", "b1");
    refresh();

    write("a", "one", "mine", "a2");
    write("b", "two", "custom-request", "b2");
    refresh();

    assertThat(files.faults()).isEmpty();
    assertThat(answer("custom-request")).isEqualTo("b2");
    assertThat(answer("mine")).isEqualTo("a2");
  }
}
