package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A library of files as users drop them in, over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LibraryTest {
  private static final String ADMIN = "admin-0123456789abcdef";
  private static final String PREVIEW =
      """
      {"1": {"class_type": "%s", "inputs": %s},
       "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}""";

  /** As the editor saves it. */
  private static final String EDITOR =
      """
      {"nodes": [
        {"id": 1, "type": "EmptyImage", "mode": 0, "inputs": [],
         "outputs": [{"name": "IMAGE", "type": "IMAGE"}], "widgets_values": [64, 64, 1, 255]},
        {"id": 2, "type": "PreviewImage", "mode": 0, "outputs": [],
         "inputs": [{"name": "images", "type": "IMAGE", "link": 1}], "widgets_values": []}],
       "links": [[1, 1, 0, 2, 0, "IMAGE"]]}""";

  private Comfy comfy;
  private TestGateway gateway;

  @BeforeAll
  void start(@TempDir Path data) throws IOException {
    Path workflows = Files.createDirectories(data.resolve("workflows"));
    Files.copy(Path.of("workflows/smoke.json"), workflows.resolve("smoke.json"));
    Files.writeString(workflows.resolve("broken.json"), "[");
    Files.writeString(workflows.resolve("denied.json"), PREVIEW.formatted("Image Save", "{}"));
    Files.writeString(
        workflows.resolve("results.json"),
        PREVIEW.formatted("LoadImage", "{\"image\":\"a.png [output]\"}"));
    Files.writeString(workflows.resolve("absent.json"), PREVIEW.formatted("NobodyHasThis", "{}"));
    Files.writeString(workflows.resolve("drawn.json"), EDITOR);
    for (String name :
        new String[] {"My flow (final)", "文生图", "Shop 1/portrait", "other/portrait"}) {
      Path file = workflows.resolve(name + ".json");
      Files.createDirectories(file.getParent());
      Files.copy(Path.of("workflows/smoke.json"), file);
    }
    comfy = Comfy.start();
    gateway =
        TestGateway.start(
                data,
                comfy.url(),
                Map.of(
                    "gateway.workflows-dir",
                    workflows.toString(),
                    "gateway.api-keys",
                    "alice:%s:run+raw,boss:%s:admin".formatted(TestGateway.KEY, ADMIN)))
            .ready();
    // An editor's file is converted when the first server has reported its classes.
    Awaitility.await().until(() -> gateway.get("/workflows/drawn").status() == 200);
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  @Test
  void a_file_that_does_not_load_is_listed_and_leaves_the_gateway_ready() {
    Answer ready = gateway.get("/health/ready");

    JsonNode part = ready.json().path("parts").path("workflows");
    assertThat(ready.status()).isEqualTo(200);
    assertThat(part.path("status").asText()).isEqualTo("up");
    assertThat(part.path("faults").path(0).asText()).startsWith("broken.json:1: ");
    assertThat(gateway.post("/webhook/smoke", "{}").status()).isEqualTo(202);
  }

  @Test
  void what_a_primitive_of_the_editor_sets_in_several_nodes_is_one_input() throws IOException {
    JsonNode editor =
        new ObjectMapper()
            .readTree(Path.of("src/test/resources/workflow/shared-values.json").toFile())
            .path("editor");
    Answer uploaded =
        gateway.send(
            gateway
                .request("/workflows/refined", ADMIN)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(editor.toString())));
    assertThat(uploaded.status()).as(uploaded.text()).isEqualTo(201);

    String job =
        gateway
            .post("/webhook/refined", "{\"prompt\": \"a red car\", \"Size\": 64}")
            .json()
            .path("id")
            .asText();

    JsonNode ran = gateway.get("/jobs/" + job + "/inputs").json();
    assertThat(ran.at("/inputs/Size").asInt()).isEqualTo(64);
    assertThat(ran.at("/prompt/6/inputs/text").asText()).isEqualTo("a red car");
    assertThat(ran.at("/prompt/15/inputs/text").asText()).isEqualTo("a red car");
    assertThat(ran.at("/prompt/5/inputs/height").asInt()).isEqualTo(64);
    assertThat(ran.at("/seeds/10.seed")).isEqualTo(ran.at("/seeds/11.seed"));
  }

  @Test
  void results_carry_the_file_of_the_editor_with_the_values_of_the_job() {
    assertThat(
            sent("{\"inputs\": {\"1.color\": 7}}", TestGateway.KEY)
                .at("/extra_pnginfo/workflow/nodes/0/widgets_values")
                .toString())
        .isEqualTo("[64,64,1,7]");
    String without =
        gateway
            .postWith("/keys", ADMIN, "{\"name\": \"plain\", \"editor_metadata\": false}")
            .json()
            .path("secret")
            .asText();
    assertThat(sent("{}", without).has("extra_pnginfo")).isFalse();
  }

  /** The extra_data that ComfyUI got with a job. */
  private JsonNode sent(String request, String key) {
    String id = gateway.postWith("/webhook/drawn?respond=result", key, request).id();
    return comfy.get("/history/" + id).path(id).path("prompt").path(3);
  }

  @ParameterizedTest
  @CsvSource({
    "My-flow-final, My flow (final)",
    "%E6%96%87%E7%94%9F%E5%9B%BE, 文生图",
    "Shop-1/portrait, portrait",
    "Shop-1%2Fportrait, portrait",
    "Shop-1/portrait@1, portrait",
    "other%2fportrait%401, portrait"
  })
  void a_workflow_is_read_and_run_under_its_name_in_URLs(String path, String title) {
    Answer workflow = gateway.get("/workflows/" + path);
    Answer job = gateway.post("/webhook/" + path + "?respond=result", "{}");

    assertThat(workflow.status()).isEqualTo(200);
    assertThat(workflow.json().path("title").asText()).isEqualTo(title);
    assertThat(job.status()).isEqualTo(200);
    assertThat(job.json().path("workflow").asText())
        .isEqualTo(workflow.json().path("name").asText() + "@1");
    assertThat(gateway.post(workflow.json().path("url").asText(), "{}").status()).isEqualTo(202);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/workflows/Shop-1/../smoke",
        "/workflows/Shop-1%2F..%2Fsmoke",
        "/workflows//smoke",
        "/workflows/%2Fsmoke",
        "/workflows/smoke/",
        "/workflows/Shop-1//portrait",
        "/workflows/Shop-1",
        "/workflows/Shop-1/portrait/more"
      })
  void a_path_that_is_not_exactly_a_name_finds_nothing(String path) {
    assertThat(gateway.get(path).status()).isEqualTo(404);
  }

  @Test
  void a_workflow_has_an_OpenAPI_document_of_its_own() {
    Answer document = gateway.get("/workflows/Shop-1/portrait@1/openapi.json");

    assertThat(document.status()).as(document.text()).isEqualTo(200);
    JsonNode paths = document.json().path("paths");
    assertThat(paths.at("/~1webhook~1Shop-1~1portrait@1/post/operationId").asText())
        .isEqualTo("Shop_1_portrait");
    assertThat(
            document
                .json()
                .at("/components/schemas/Shop_1_portraitRequest/properties")
                .has("width"))
        .isTrue();
    String server = document.json().at("/servers/0/url").asText();
    assertThat(gateway.post("/webhook/smoke", "{}").json().at("/links/self").asText())
        .startsWith(server + "/jobs/");
    assertThat(gateway.get("/workflows/none/openapi.json").status()).isEqualTo(404);
  }

  @Test
  void the_pattern_of_a_key_covers_folders() {
    Answer made =
        gateway.postWith(
            "/keys",
            ADMIN,
            """
            {"name": "shop", "scopes": ["run"], "workflows": ["Shop-1/*"]}""");
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    String secret = made.json().path("secret").asText();

    assertThat(gateway.postWith("/webhook/Shop-1/portrait", secret, "{}").status()).isEqualTo(202);
    assertThat(gateway.postWith("/webhook/Shop-1%2Fportrait", secret, "{}").status())
        .isEqualTo(202);
    assertThat(gateway.postWith("/webhook/other/portrait", secret, "{}").status()).isEqualTo(403);
    assertThat(gateway.getWith("/workflows/other%2Fportrait", secret).status()).isEqualTo(403);
    assertThat(gateway.getWith("/workflows/other/portrait/openapi.json", secret).status())
        .isEqualTo(403);
    assertThat(gateway.getWith("/workflows", secret).json().path("workflows"))
        .singleElement()
        .satisfies(it -> assertThat(it.path("name").asText()).isEqualTo("Shop-1/portrait"));
  }

  @Test
  void jobs_are_listed_by_the_name_of_a_workflow_in_a_folder() {
    String id = gateway.post("/webhook/Shop-1/portrait", "{}").id();

    assertThat(gateway.get("/jobs?workflow=Shop-1%2Fportrait").json().path("jobs"))
        .anySatisfy(job -> assertThat(job.path("id").asText()).isEqualTo(id));
  }

  @Test
  void the_inputs_of_a_file_without_YAML_are_listed_with_their_types_and_ranges() {
    JsonNode listed = gateway.get("/workflows").json().path("workflows");
    JsonNode schema = gateway.get("/workflows/smoke").json().at("/input_schema/properties");

    assertThat(listed)
        .filteredOn(it -> it.path("name").asText().equals("smoke"))
        .singleElement()
        .satisfies(it -> assertThat(it.path("inputs")).anySatisfy(LibraryTest::isWidth));
    assertThat(schema.at("/width/type").asText()).isEqualTo("integer");
    assertThat(schema.at("/width/minimum").asInt()).isEqualTo(1);
    assertThat(gateway.post("/webhook/smoke", "{\"inputs\": {\"EmptyImage.width\": 16}}").status())
        .isEqualTo(202);
    assertThat(gateway.post("/webhook/smoke", "{\"inputs\": {\"size\": 16}}").text())
        .contains("Inputs: width, height");
  }

  private static void isWidth(JsonNode name) {
    assertThat(name.asText()).isEqualTo("width");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "denied  | 403 | Node 1 is a Image Save, which may not be used here",
        "results | 422 | image of node 1, a LoadImage, reads the results of other jobs",
        "absent  | 422 | No ComfyUI here has the node class NobodyHasThis of node 1"
      })
  void a_workflow_that_can_never_run_is_listed_with_the_class_and_the_reason(
      String name, int status, String reason) {
    JsonNode workflow = gateway.get("/workflows/" + name).json();
    Answer refused = gateway.post("/webhook/" + name, "{}");

    assertThat(workflow.path("runnable").asBoolean(true)).isFalse();
    assertThat(workflow.path("obstacles").path(0).asText()).startsWith(reason);
    assertThat(refused.status()).isEqualTo(status);
    assertThat(refused.json().path("detail").asText())
        .startsWith(reason)
        .doesNotContain("Leave it");
    assertThat(refused.json().has("errors")).as("no field of the request is wrong").isFalse();
    assertThat(gateway.get("/workflows/smoke").json().path("runnable").asBoolean()).isTrue();
  }

  @Test
  void a_version_that_is_not_current_is_judged_as_well() {
    upload("{\"1\": {\"class_type\": \"NobodyHasThis\", \"inputs\": {}}}");
    upload(
        "{\"1\": {\"class_type\": \"EmptyImage\", \"inputs\": {\"width\": 8, \"height\": 8, \"batch_size\": 1, \"color\": 0}},"
            + " \"2\": {\"class_type\": \"SaveImage\", \"inputs\": {\"images\": [\"1\", 0], \"filename_prefix\": \"a\"}}}");

    JsonNode first = gateway.get("/workflows/judged@1").json();
    JsonNode second = gateway.get("/workflows/judged").json();
    assertThat(first.path("runnable").asBoolean(true)).isFalse();
    assertThat(first.path("obstacles").path(0).asText()).contains("NobodyHasThis");
    assertThat(first.path("servers_total").asInt()).isPositive();
    assertThat(second.path("version").asInt()).isEqualTo(2);
    assertThat(second.path("runnable").asBoolean()).isTrue();
  }

  private void upload(String graph) {
    Answer answer =
        gateway.send(
            gateway
                .request("/workflows/judged", ADMIN)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(graph)));
    assertThat(answer.status()).as(answer.text()).isBetween(200, 201);
  }

  @Test
  void an_admin_sees_the_files_that_do_not_load_and_others_do_not() {
    assertThat(gateway.getWith("/workflows", ADMIN).json().path("faults"))
        .singleElement()
        .satisfies(fault -> assertThat(fault.asText()).startsWith("broken.json:1: "));
    assertThat(gateway.getWith("/workflows", ADMIN).json().path("unloaded"))
        .singleElement()
        .satisfies(
            workflow -> {
              assertThat(workflow.path("name").asText()).isEqualTo("broken");
              assertThat(workflow.at("/faults/0/file").asText()).isEqualTo("broken.json");
              assertThat(workflow.at("/faults/0/line").asInt()).isEqualTo(1);
            });
    JsonNode toOthers = gateway.get("/workflows").json();
    assertThat(toOthers.has("faults")).isFalse();
    assertThat(toOthers.has("unloaded")).isFalse();
  }
}
