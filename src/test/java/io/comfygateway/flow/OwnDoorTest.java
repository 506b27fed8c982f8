package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The door of the tutorial in docs/doors.md works as it stands there. */
class OwnDoorTest {
  private static final String BEGIN = "```yaml\n";
  private static final String FIRST_REQUEST =
      "        - setBody:\n            jq: \"{inputs: {prompt: .text}}\"\n";

  private final Comfy comfy = Comfy.start();
  @TempDir Path folder;
  private Path routes;
  private Path door;

  @BeforeEach
  void copyRoutes() throws IOException {
    routes = folder.resolve("routes");
    door = routes.resolve("doors/paint.camel.yaml");
    Path shipped = Path.of("routes");
    try (Stream<Path> files = Files.walk(shipped)) {
      for (Path file : files.toList()) {
        Path copied = routes.resolve(shipped.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copied);
        } else {
          Files.copy(file, copied);
        }
      }
    }
  }

  @AfterEach
  void stop() {
    comfy.close();
  }

  /** The YAML of the tutorial: the door, the steps of a callback, its route. */
  private static List<String> tutorial() throws IOException {
    String page = Files.readString(Path.of("docs/doors.md"));
    List<String> blocks = new ArrayList<>();
    int from = page.indexOf(BEGIN, page.indexOf("## Write a door in ten minutes"));
    while (from > 0) {
      int end = page.indexOf("```", from + BEGIN.length());
      blocks.add(page.substring(from + BEGIN.length(), end));
      from = page.indexOf(BEGIN, end);
    }
    return blocks;
  }

  private TestGateway gateway(String doors, int waitSeconds) {
    TestGateway gateway =
        TestGateway.start(
                folder.resolve("data"),
                comfy.url(),
                Map.of(
                    "gateway.doors",
                    doors,
                    "gateway.door.base64-max-bytes",
                    "0",
                    "gateway.door.wait-max-seconds",
                    "1",
                    "gateway.files.check-interval-ms",
                    "50",
                    "gateway.routes-dir",
                    routes.toString()))
            .ready();
    assertThat(gateway.server().routeFaults()).isEmpty();
    return gateway;
  }

  @Test
  void the_door_of_the_tutorial_paints_and_a_file_beyond_the_limit_is_a_link() throws IOException {
    Files.writeString(door, tutorial().get(0));
    try (TestGateway gateway = gateway("paint,openai", 60)) {
      Answer picture = gateway.post("/paint/txt2img", "{\"text\":\"a red fox\"}");
      assertThat(picture.status()).as(picture.text()).isEqualTo(200);
      assertThat(picture.header("content-type")).isEqualTo("image/png");
      assertThat(gateway.post("/paint/nothing", "{}").json().path("reason").asText())
          .contains("nothing");

      Answer link =
          gateway.post("/v1/images/generations", "{\"model\":\"txt2img\",\"prompt\":\"a cat\"}");
      assertThat(link.json().at("/data/0/url").asText()).contains("/outputs/0?");
      assertThat(link.json().at("/data/0").has("b64_json")).isFalse();
    }
  }

  @Test
  void its_callbacks_keep_their_shape_over_a_restart_and_say_why_when_their_route_is_gone()
      throws IOException {
    List<String> yaml = tutorial();
    String withCallbacks = yaml.get(0).replace(FIRST_REQUEST, yaml.get(1));
    Files.writeString(door, withCallbacks + yaml.get(2));
    comfy.hold();
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      String body = "{\"text\":\"a red fox\",\"webhook\":\"%s\"}".formatted(inbox.url("/painted"));
      String first;
      String second;
      try (TestGateway gateway = gateway("paint", 1)) {
        first = late(gateway, body);
        second = late(gateway, body);
      }
      comfy.release(1);
      try (TestGateway gateway = gateway("paint", 1)) {
        JsonNode painted =
            Awaitility.await()
                .until(inbox::received, received -> received.size() == 1)
                .get(0)
                .json();
        assertThat(painted.path("painting").asText()).isEqualTo(first);
        assertThat(painted.path("state").asText()).isEqualTo("succeeded");
        assertThat(painted.at("/pictures/0").asText()).contains("/jobs/" + first + "/outputs/0");

        Files.writeString(door, withCallbacks);
        Awaitility.await()
            .until(() -> gateway.post("/paint/txt2img", body).status(), status -> status == 500);
        comfy.release();
        JsonNode job =
            gateway.await(second, now -> "dead".equals(now.at("/deliveries/0/status").asText()));
        assertThat(job.at("/deliveries/0/last_error").asText())
            .startsWith("This gateway no longer has the route direct:door-callback:paint");
        assertThat(inbox.received()).hasSize(1);

        Files.writeString(door, withCallbacks + yaml.get(2).replace("painting", "artwork"));
        Awaitility.await()
            .until(() -> gateway.post("/paint/txt2img", body).status(), status -> status == 200);
        assertThat(gateway.post("/jobs/" + second + "/redeliver", "").status()).isEqualTo(200);
        gateway.await(second, now -> "delivered".equals(now.at("/deliveries/0/status").asText()));
        assertThat(inbox.received())
            .extracting(received -> received.json().path("artwork").asText())
            .contains(second);
      }
    }
  }

  @Test
  void a_retry_after_a_restart_of_the_gateway_makes_no_second_job() {
    String body = "{\"model\":\"flux\",\"prompt\":\"a slow cat\",\"n\":2}";
    comfy.hold();
    try (TestGateway gateway = gateway("openai", 1)) {
      assertThat(gateway.post("/v1/images/generations", body).status()).isEqualTo(504);
    }
    comfy.release();
    try (TestGateway gateway = gateway("openai", 60)) {
      Answer retry = gateway.post("/v1/images/generations", body, "x-stainless-retry-count", "1");

      assertThat(retry.status()).as(retry.text()).isEqualTo(200);
      JsonNode jobs = gateway.get("/jobs").json().path("jobs");
      assertThat(jobs).hasSize(2);
      assertThat(retry.json().path("data")).hasSize(2);
      for (int i = 0; i < 2; i++) {
        assertThat(retry.json().at("/data/" + i + "/url").asText())
            .contains(jobs.path(1 - i).path("id").asText());
      }
      assertThat(gateway.post("/v1/images/generations", body).status()).isEqualTo(200);
      assertThat(gateway.get("/jobs").json().path("jobs")).hasSize(4);
    }
  }

  // The job goes on where the request has been held for long enough.
  private static String late(TestGateway gateway, String body) {
    Answer late = gateway.post("/paint/txt2img", body);
    assertThat(late.status()).as(late.text()).isEqualTo(504);
    return gateway.get("/jobs?limit=1").json().at("/jobs/0/id").asText();
  }
}
