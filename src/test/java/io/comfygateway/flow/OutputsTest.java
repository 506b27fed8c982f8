package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** From what a ComfyUI says of its files to the outputs of a job. */
@SharedGateway
class OutputsTest {
  private static final String IMAGE =
      "\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{\"width\":8,\"height\":8,\"batch_size\":%d,\"color\":%d}}";
  private static final String SAVE =
      "\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0],\"filename_prefix\":\"x\"}}";
  private static final String SEND =
      "\"5:1\":{\"class_type\":\"SaveImageWebsocket\",\"inputs\":{\"images\":[\"1\",0]}}";

  private final Comfy comfy;
  private final TestGateway gateway;

  OutputsTest(Comfy comfy, TestGateway gateway) {
    this.comfy = comfy;
    this.gateway = gateway;
  }

  private String submit(String... nodes) {
    Answer answer = gateway.post("/webhook", "{\"prompt\":{" + String.join(",", nodes) + "}}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  private JsonNode ended(String id, String status) {
    return gateway.await(id, status);
  }

  @Test
  void an_output_that_was_swept_while_comfyui_served_its_cache_is_made_again() {
    String save = IMAGE.formatted(1, 11) + "," + SAVE;
    ended(submit(save), "succeeded");
    comfy.post("/simulator/sweep-outputs", "{}");

    String id = submit(save);
    JsonNode job = ended(id, "succeeded");

    assertThat(job.at("/outputs/0/filename").asText()).startsWith("x_");
    assertThat(gateway.get("/jobs/" + id + "/outputs/0").status()).isEqualTo(200);
    assertThat(comfy.submissions(id)).isEqualTo(2);
  }

  @Test
  void a_page_of_html_in_the_place_of_a_picture_is_no_output() {
    comfy.faults().answerViewsWithHtml(true);
    int before = comfy.stats().requests("GET /view");
    String id = submit(IMAGE.formatted(1, 12), SAVE);
    Awaitility.await().until(() -> comfy.stats().requests("GET /view") > before);
    assertThat(gateway.get("/jobs/" + id).json().path("status").asText()).isEqualTo("running");
    comfy.faults().answerViewsWithHtml(false);

    JsonNode job = ended(id, "succeeded");

    assertThat(job.at("/outputs/0/content_type").asText()).isEqualTo("image/png");
    assertThat(job.at("/outputs/0/bytes").asInt()).isGreaterThan(50);
  }

  @Test
  void pictures_that_come_over_the_websocket_alone_are_collected() throws IOException {
    String id = submit(IMAGE.formatted(3, 13), SEND);
    JsonNode job = ended(id, "succeeded");

    assertThat(job.path("warnings")).isEmpty();
    assertThat(job.path("outputs")).hasSize(3);
    for (JsonNode output : job.path("outputs")) {
      assertThat(output.path("node").asText()).isEqualTo("5:1");
      assertThat(output.path("kind").asText()).isEqualTo("image");
      assertThat(output.path("width").asInt()).isEqualTo(8);
    }
    assertThat(gateway.get("/jobs/" + id + "/outputs/2").status()).isEqualTo(200);
    try (Stream<Path> left = Files.walk(gateway.data())) {
      assertThat(left.map(Path::toString).filter(it -> it.contains("socket-")).toList())
          .isEqualTo(List.of());
    }
  }

  @Test
  void files_and_pictures_of_the_websocket_are_outputs_of_one_job() {
    JsonNode job = ended(submit(IMAGE.formatted(1, 14), SAVE, SEND), "succeeded");

    assertThat(job.path("outputs")).hasSize(2);
    assertThat(job.at("/outputs/0/node").asText()).isEqualTo("2");
    assertThat(job.at("/outputs/1/node").asText()).isEqualTo("5:1");
  }

  @Test
  void a_picture_that_no_socket_brought_is_asked_for_once_more_and_then_missed_aloud() {
    comfy.sockets(false);
    String id = submit(IMAGE.formatted(1, 15), SEND);
    JsonNode job = ended(id, "failed");

    assertThat(job.at("/error/type").asText()).isEqualTo("output_missing");
    assertThat(job.at("/error/node").asText()).isEqualTo("5:1");
    assertThat(job.at("/error/detail").asText()).contains("WebSocket");
    assertThat(comfy.runs(id)).isEqualTo(2);
  }
}
