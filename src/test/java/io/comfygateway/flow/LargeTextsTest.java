package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Graphs and texts of nodes that are larger than is good for anybody. */
@SharedGateway
class LargeTextsTest {
  private static final int KEPT = 262_144;
  private static final int JOBS = 18;

  private final TestGateway gateway;

  LargeTextsTest(TestGateway gateway) {
    this.gateway = gateway;
  }

  private Answer show(String... texts) {
    List<String> nodes = new ArrayList<>();
    for (String text : texts) {
      nodes.add(
          "\"%d\":{\"class_type\":\"PreviewAny\",\"inputs\":{\"source\":\"%s\"}}"
              .formatted(nodes.size() + 1, text));
    }
    return gateway.post("/webhook", "{\"prompt\":{" + String.join(",", nodes) + "}}");
  }

  @Test
  void texts_are_kept_up_to_a_length_and_a_warning_says_so() {
    String id = show("a".repeat(KEPT - 10), "é".repeat(100_000), "short").id();

    JsonNode job = gateway.await(id, "succeeded");
    assertThat(job.path("texts").findValuesAsText("text"))
        .containsExactly("a".repeat(KEPT - 10), "é".repeat(9) + "…");
    assertThat(job.path("warnings").toString())
        .contains("3 texts with 362139 characters", "the first 1000 with 262144 are kept");
  }

  @Test
  void texts_of_the_greatest_length_are_kept_whole() {
    String id = show("b".repeat(KEPT)).id();

    JsonNode job = gateway.await(id, "succeeded");
    assertThat(job.path("texts").path(0).path("text").asText()).hasSize(KEPT).endsWith("b");
    assertThat(job.path("warnings")).isEmpty();
  }

  @Test
  void a_page_of_large_jobs_has_fewer_and_says_where_the_next_begins() {
    List<String> posted = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      posted.add(show("c".repeat(KEPT)).id());
    }
    posted.forEach(id -> gateway.await(id, "succeeded"));
    Collections.reverse(posted);

    JsonNode first = gateway.get("/jobs?limit=50").json();
    JsonNode second =
        gateway.get("/jobs?limit=50&cursor=" + first.path("next_cursor").asText()).json();

    List<String> listed = new ArrayList<>(first.path("jobs").findValuesAsText("prompt_id"));
    assertThat(listed).hasSizeBetween(1, JOBS - 1);
    listed.addAll(second.path("jobs").findValuesAsText("prompt_id"));
    assertThat(listed.subList(0, JOBS)).isEqualTo(posted);
  }

  @Test
  void a_graph_that_is_large_only_until_it_is_compressed_is_refused() {
    String text = "d".repeat(900_000);
    Answer answer = show(text, text, text, text, text);

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.json().path("detail").asText()).contains("over 4 MB");
  }
}
