package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.simulator.Faults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Callers of RunPod's worker for ComfyUI, who get from the gateway what they are used to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunPodDoorTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};
  private static final Path PICTURE = Path.of("src/test/resources/images/rgb-37x23.png");
  private static final String DOOR = "/runpod/v2/any";
  private Comfy comfy;
  private TestGateway gateway;

  @BeforeAll
  void start(@TempDir Path data) {
    comfy = Comfy.start();
    gateway =
        TestGateway.start(
                data, comfy.url(), Map.of("gateway.doors", "runpod", "gateway.retention", "1h"))
            .ready();
    assertThat(gateway.server().routeFaults()).isEmpty();
  }

  @AfterEach
  void heal() {
    comfy.heal();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  private static ObjectNode graph() throws IOException {
    return (ObjectNode) JSON.readTree(Path.of("workflows/smoke.json").toFile());
  }

  private static ObjectNode request(JsonNode graph) {
    ObjectNode request = JSON.createObjectNode();
    request.putObject("input").set("workflow", graph);
    return request;
  }

  private static void isPicture(JsonNode job) {
    assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("COMPLETED");
    assertThat(job.at("/output/images/0/type").asText()).isEqualTo("base64");
    assertThat(Base64.getDecoder().decode(job.at("/output/images/0/data").asText()))
        .startsWith(PNG);
    assertThat(job.path("delayTime").isInt()).isTrue();
    assertThat(job.path("executionTime").isInt()).isTrue();
  }

  @Test
  void a_graph_runs_and_its_files_come_as_base64() throws IOException {
    Answer answer = gateway.post(DOOR + "/runsync", request(graph()).toString());

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    isPicture(answer.json());
  }

  @Test
  void a_text_with_the_json_of_the_input_is_an_input_too() throws IOException {
    ObjectNode request = request(graph());
    request.put("input", request.path("input").toString());

    isPicture(gateway.post(DOOR + "/runsync", request.toString()).json());
  }

  @Test
  void an_image_goes_to_the_node_that_loads_a_file_of_its_name() throws IOException {
    ObjectNode graph = (ObjectNode) JSON.readTree(Path.of("workflows/img2img.json").toFile());
    ((ObjectNode) graph.at("/10/inputs")).put("image", "cat.png");
    ObjectNode request = request(graph);
    ObjectNode image = request.withObject("/input").putArray("images").addObject();
    image.put("name", "cat.png");
    image.put(
        "image",
        "data:image/png;base64," + Base64.getEncoder().encodeToString(Files.readAllBytes(PICTURE)));

    isPicture(gateway.post(DOOR + "/runsync", request.toString()).json());
  }

  @Test
  void the_endpoint_may_be_a_workflow_of_the_library() {
    isPicture(
        gateway
            .post("/runpod/v2/smoke/runsync", "{\"input\":{\"width\":64,\"height\":64}}")
            .json());
  }

  @Test
  void a_job_is_followed_by_its_id_and_shown_as_it_is_when_the_wait_is_over() throws IOException {
    comfy.hold();
    Answer late = gateway.post(DOOR + "/runsync?wait=1000", request(graph()).toString());
    String id = late.id();
    assertThat(late.status()).isEqualTo(200);
    assertThat(late.json().path("status").asText()).isIn("IN_QUEUE", "IN_PROGRESS");
    JsonNode stream = gateway.get(DOOR + "/stream/" + id).json();
    assertThat(stream.path("status").asText()).isIn("IN_QUEUE", "IN_PROGRESS");
    assertThat(stream.path("stream").isArray()).isTrue();

    comfy.release();

    isPicture(gateway.get(DOOR + "/status-sync/" + id + "?wait=30000").json());
    isPicture(gateway.get(DOOR + "/status/" + id).json());
    assertThat(gateway.getWith(DOOR + "/status/" + id, TestGateway.OTHER_KEY).status())
        .isEqualTo(404);
  }

  @Test
  void a_job_is_cancelled() throws IOException {
    comfy.hold();
    String id = gateway.post(DOOR + "/run", request(graph()).toString()).id();

    assertThat(
            gateway
                .postWith(DOOR + "/cancel/" + id, TestGateway.OTHER_KEY, "")
                .json()
                .path("error")
                .asText())
        .contains(id);
    assertThat(gateway.post(DOOR + "/cancel/" + id, "{}").json().path("status").asText())
        .isEqualTo("CANCELLED");
    Awaitility.await()
        .until(
            () -> gateway.get(DOOR + "/status/" + id).json().path("status").asText(),
            "CANCELLED"::equals);
    assertThat(gateway.post(DOOR + "/cancel/" + id, "{}").status()).isEqualTo(200);
    comfy.release();
    String ended = gateway.post(DOOR + "/runsync", request(graph()).toString()).id();
    assertThat(gateway.post(DOOR + "/cancel/" + ended, "{}").status()).isEqualTo(409);
  }

  @Test
  void a_job_that_failed_says_why() throws IOException {
    comfy.faults().failNextPrompts(1, Faults.Kind.ERROR);

    JsonNode failed = gateway.post(DOOR + "/runsync", request(graph()).toString()).json();

    assertThat(failed.path("status").asText()).isEqualTo("FAILED");
    assertThat(failed.path("error").asText()).isNotEmpty();
    assertThat(failed.has("output")).isFalse();
  }

  @Test
  void the_webhook_gets_the_job_as_its_status_shows_it_with_links() throws IOException {
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      ObjectNode request = request(graph()).put("webhook", inbox.url("/done"));
      request.putObject("policy").put("executionTimeout", 600_000).put("ttl", 86_400_000);

      Answer run = gateway.post(DOOR + "/run", request.toString());

      assertThat(run.status()).as(run.text()).isEqualTo(200);
      assertThat(run.json().path("status").asText()).isEqualTo("IN_QUEUE");
      JsonNode sent =
          Awaitility.await().until(inbox::received, all -> all.size() == 1).get(0).json();
      assertThat(sent.path("id").asText()).isEqualTo(run.id());
      assertThat(sent.path("status").asText()).isEqualTo("COMPLETED");
      assertThat(sent.at("/output/images/0/type").asText()).isEqualTo("s3_url");
      String url = sent.at("/output/images/0/data").asText();
      String path = url.substring(url.indexOf("/jobs/"));
      assertThat(gateway.send(gateway.request(path, "")).bytes()).startsWith(PNG);
    }
  }

  @Test
  void a_graph_needs_the_scope_raw_and_its_webhook_must_be_allowed() throws IOException {
    String graph = request(graph()).toString();

    assertThat(gateway.postWith(DOOR + "/run", TestGateway.RUN_ONLY_KEY, graph).status())
        .isEqualTo(403);
    Answer webhook =
        gateway.post(DOOR + "/run", request(graph()).put("webhook", "http://10.0.0.1/").toString());
    assertThat(webhook.status()).isEqualTo(403);
    assertThat(webhook.json().path("error").asText()).startsWith("/webhook: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                          | input is missing
          {"input":[1]}                               | input is missing
          {"input":"{"}                               | no valid JSON
          {"input":{"workflow":7}}                    | workflow is a graph
          {"input":{"workflow":{},"images":[{}]}}     | images is a list
          {"input":{"workflow":{},"images":"x"}}      | images is a list
          {"input":{"workflow":{"1":7}}}              | /input/workflow
          {"input":{},"policy":{"ttl":"soon"}}        | milliseconds
          """)
  void what_is_wrong_is_said_at_the_field_of_their_request(String body, String why) {
    Answer answer = gateway.post("/runpod/v2/smoke/run", body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.json().path("error").asText()).contains(why);
  }

  @Test
  void the_client_of_runpod_gets_its_files_with_only_another_url() throws Exception {
    Path folder = Installed.packages("runpod");
    Process node =
        new ProcessBuilder(
                folder.resolve("node").toString(),
                "src/test/packages/runpod/client.mjs",
                folder.toString(),
                gateway.url() + "/runpod/v2",
                gateway.key(),
                "workflows/smoke.json")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor()).as(out).isZero();
    JsonNode came = JSON.readTree(out);

    isPicture(came.path("sync"));
    isPicture(came.path("status"));
    assertThat(came.at("/sync/succeeded").asBoolean()).isTrue();
    assertThat(came.path("parts")).isEmpty();
  }
}
