package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a client of ComfyUI's own API sees of its prompts, and nobody else of them. */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientPromptsFlowTest {
  private static final String GRAPH =
      """
      {"1": {"class_type": "EmptyImage",
             "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": %d}},
       "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "mine"}},
       "3": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}
      """;

  private TestGateway gateway;
  private TestGateway bob;
  private Comfy comfy;
  private int color;

  @BeforeAll
  void start(TestGateway shared, Comfy server) {
    gateway = shared;
    bob = shared.as(TestGateway.OTHER_KEY);
    comfy = server;
  }

  private String body(String more) {
    return "{\"prompt\": " + GRAPH.formatted(color++) + more + "}";
  }

  private Answer submit(TestGateway caller, String more) {
    Answer answer = caller.post("/prompt", body(more));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer;
  }

  private static String id(Answer answer) {
    return answer.json().path("prompt_id").asText();
  }

  private static JsonNode ended(TestGateway caller, String id) {
    return Awaitility.await()
        .until(() -> caller.get("/history/" + id).json().path(id), JsonNode::isObject);
  }

  private static List<String> queued(TestGateway caller, String list) {
    return ids(caller.get("/queue").json().path(list));
  }

  private static List<String> ids(JsonNode list) {
    List<String> ids = new java.util.ArrayList<>();
    list.forEach(entry -> ids.add(entry.path(1).asText()));
    return ids;
  }

  @Test
  void a_prompt_runs_as_it_was_sent_and_its_history_is_as_ComfyUI_writes_it() {
    String given = UUID.randomUUID().toString();
    Answer answer =
        submit(
            gateway,
            """
            , "prompt_id": "%s", "client_id": "tab", "whatever": 1,
            "extra_data": {"extra_pnginfo": {"workflow": {"a": 1}}, "api_key_comfy_org": "hidden"}
            """
                .formatted(given));

    assertThat(id(answer)).isEqualTo(given);
    assertThat(answer.json().path("number").isIntegralNumber()).isTrue();
    assertThat(answer.json().path("node_errors")).isEmpty();
    JsonNode entry = ended(gateway, given);
    assertThat(entry.path("prompt")).hasSize(5);
    assertThat(entry.at("/prompt/1").asText()).isEqualTo(given);
    assertThat(entry.at("/prompt/2/1/class_type").asText()).isEqualTo("EmptyImage");
    assertThat(entry.at("/prompt/3/client_id").asText()).isEqualTo("tab");
    assertThat(entry.at("/prompt/3/extra_pnginfo/workflow/a").asInt()).isEqualTo(1);
    assertThat(entry.at("/prompt/4").toString()).isEqualTo("[\"2\",\"3\"]");
    assertThat(entry.at("/status/status_str").asText()).isEqualTo("success");
    assertThat(entry.at("/status/completed").asBoolean()).isTrue();
    assertThat(entry.at("/status/messages/0/0").asText()).isEqualTo("execution_start");
    assertThat(entry.at("/status/messages/2/0").asText()).isEqualTo("execution_success");
    assertThat(entry.at("/meta/2/node_id").asText()).isEqualTo("2");
    assertThat(entry.toString()).doesNotContain("hidden");
  }

  @Test
  void the_content_type_is_ignored_and_every_path_is_also_below_api() {
    for (String type :
        List.of(
            "application/x-www-form-urlencoded",
            "application/octet-stream",
            "text/plain;charset=UTF-8",
            "multipart/form-data; boundary=x")) {
      Answer answer =
          gateway.post(
              "/api/prompt",
              body(", \"extra_data\": {\"text\": \"50% & 1=2\"}"),
              "Content-Type",
              type);
      assertThat(answer.status()).as(type + answer.text()).isEqualTo(200);
      assertThat(ended(gateway, id(answer)).at("/prompt/3/text").asText()).isEqualTo("50% & 1=2");
    }
    assertThat(gateway.get("//queue").status()).isEqualTo(200);
  }

  @Test
  void a_prompt_is_in_the_queue_until_it_is_in_the_history() {
    comfy.hold();
    String first = id(submit(gateway, ""));
    String second = id(submit(gateway, ""));

    Awaitility.await().until(() -> queued(gateway, "queue_running").contains(first));
    assertThat(queued(gateway, "queue_pending")).contains(second);
    assertThat(gateway.get("/history/" + first).text()).isEqualTo("{}");
    assertThat(gateway.get("/prompt").json().at("/exec_info/queue_remaining").asInt()).isEqualTo(2);
    for (JsonNode entry : gateway.get("/queue").json().path("queue_pending")) {
      assertThat(entry).hasSize(5);
      assertThat(entry.get(0).isIntegralNumber()).isTrue();
    }
    comfy.release();
    for (String id : List.of(first, second)) {
      Awaitility.await()
          .until(
              () -> {
                List<String> open = queued(gateway, "queue_running");
                open.addAll(queued(gateway, "queue_pending"));
                boolean isEnded = gateway.get("/history/" + id).json().has(id);
                assertThat(open.contains(id) || isEnded).isTrue();
                return isEnded;
              });
    }
    assertThat(gateway.get("/prompt").json().at("/exec_info/queue_remaining").asInt()).isZero();
  }

  @Test
  void a_file_is_found_by_the_names_in_the_history_by_its_owner_alone() {
    String id = id(submit(gateway, ""));
    JsonNode outputs = ended(gateway, id).path("outputs");
    for (String node : List.of("2", "3")) {
      JsonNode file = outputs.at("/" + node + "/images/0");
      String path =
          "/view?filename=%s&subfolder=%s&type=%s&rand=1"
              .formatted(
                  file.path("filename").asText(),
                  file.path("subfolder").asText(),
                  file.path("type").asText());
      Answer picture = gateway.get(path);
      assertThat(picture.status()).as(path + picture.text()).isEqualTo(200);
      assertThat(picture.header("Content-Type")).isEqualTo("image/png");
      assertThat(bob.get(path).status()).isEqualTo(404);
      Answer range = gateway.getWith(path, gateway.key(), "Range", "bytes=0-3");
      assertThat(range.status()).isEqualTo(206);
      assertThat(range.bytes()).startsWith(0x89, 'P', 'N', 'G').hasSize(4);
      Answer head =
          gateway.send(
              gateway.request(path, gateway.key()).method("HEAD", BodyPublishers.noBody()));
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("Content-Length")).isEqualTo("" + picture.bytes().length);
      Answer preview = gateway.get(path + "&preview=jpeg;80");
      assertThat(preview.header("Content-Type")).isEqualTo("image/jpeg");
    }
  }

  @Test
  void a_file_that_is_asked_for_while_its_prompt_runs_is_sent_when_it_has_ended() {
    comfy.hold();
    String id = id(submit(gateway, ""));
    Awaitility.await().until(() -> queued(gateway, "queue_running").contains(id));
    String subfolder = gateway.get("/jobs?limit=1").json().at("/jobs/0/id").asText();
    Thread releases = new Thread(comfy::release);

    releases.start();
    JsonNode file = ended(gateway, id).at("/outputs/2/images/0");
    assertThat(file.path("subfolder").asText()).isEqualTo(subfolder);
    assertThat(
            gateway
                .get("/view?filename=" + file.path("filename").asText() + "&subfolder=" + subfolder)
                .status())
        .isEqualTo(200);
  }

  @Test
  void names_that_lead_out_of_the_folders_are_refused() {
    assertThat(gateway.get("/view?filename=../../etc/passwd&type=output").status()).isEqualTo(400);
    assertThat(gateway.get("/view?filename=passwd&subfolder=../../etc").status()).isEqualTo(403);
    assertThat(gateway.get("/view?filename=missing.png").status()).isEqualTo(404);
    assertThat(gateway.get("/view").status()).isEqualTo(404);
    assertThat(gateway.get("/view?filename=a.png&type=models").status()).isEqualTo(400);
  }

  @Test
  void two_callers_with_one_prompt_id_see_only_their_own() {
    comfy.hold();
    String shared = UUID.randomUUID().toString();
    submit(gateway, ", \"prompt_id\": \"" + shared + "\", \"client_id\": \"same\"");
    submit(bob, ", \"prompt_id\": \"" + shared + "\", \"client_id\": \"same\"");
    Awaitility.await().until(() -> !queued(gateway, "queue_running").isEmpty());

    bob.post("/interrupt", "{\"prompt_id\": \"" + shared + "\"}");
    bob.post("/queue", "{\"delete\": [\"" + shared + "\"], \"clear\": true}");
    bob.post("/interrupt", "");
    assertThat(bob.get("/queue").json().toString()).doesNotContain("\"mine\"").isNotEmpty();
    comfy.release();

    assertThat(ended(gateway, shared).at("/status/status_str").asText()).isEqualTo("success");
    bob.post("/history", "{\"clear\": true}");
    bob.post("/history", "{\"delete\": [\"" + shared + "\"]}");
    assertThat(gateway.get("/history").json().has(shared)).isTrue();
    assertThat(bob.get("/history").json()).isEmpty();
    gateway.post("/history", "{\"delete\": [\"" + shared + "\"]}");
    assertThat(gateway.get("/history/" + shared).text()).isEqualTo("{}");
  }

  @Test
  void an_interrupted_prompt_is_in_the_history_and_a_deleted_one_is_nowhere() {
    comfy.hold();
    String running = id(submit(gateway, ", \"client_id\": \"one\""));
    String waiting = id(submit(gateway, ", \"client_id\": \"two\""));
    Awaitility.await().until(() -> queued(gateway, "queue_running").contains(running));

    assertThat(gateway.post("/queue", "{\"delete\": [\"" + waiting + "\", 7]}").status())
        .isEqualTo(200);
    assertThat(queued(gateway, "queue_pending")).doesNotContain(waiting);
    gateway.post("/interrupt", "{\"client_id\": \"two\"}");
    assertThat(queued(gateway, "queue_running")).contains(running);
    Answer interrupted = gateway.post("/interrupt", "not json", "Content-Type", "text/plain");

    assertThat(interrupted.status()).isEqualTo(200);
    assertThat(interrupted.text()).isEmpty();
    JsonNode entry = ended(gateway, running);
    assertThat(entry.at("/status/status_str").asText()).isEqualTo("error");
    assertThat(entry.at("/status/messages/2/0").asText()).isEqualTo("execution_interrupted");
    assertThat(gateway.get("/history/" + waiting).text()).isEqualTo("{}");
  }

  @Test
  void the_newest_entries_of_the_history_come_last() {
    String first = id(submit(gateway, ""));
    ended(gateway, first);
    String second = id(submit(gateway, ""));
    ended(gateway, second);

    List<String> all = new java.util.ArrayList<>();
    gateway.get("/history?max_items=2").json().fieldNames().forEachRemaining(all::add);
    assertThat(all).containsExactly(first, second);
    assertThat(gateway.get("/history?max_items=1&offset=1").json().has(first)).isTrue();
  }

  @Test
  void a_faulty_graph_is_refused_at_once_in_ComfyUIs_words() {
    record Case(String body, String type) {}
    for (Case wrong :
        List.of(
            new Case("{}", "no_prompt"),
            new Case("[]", "no_prompt"),
            new Case("{{{", "invalid_json"),
            new Case("{\"prompt\": {\"nodes\": []}}", "invalid_prompt"),
            new Case(body(", \"prompt_id\": \"JOB-1\""), "invalid_prompt_id"),
            new Case(
                "{\"prompt\": {\"1\": {\"class_type\": \"NoSuch\", \"inputs\": {}}}}",
                "missing_node_type"),
            new Case(
                "{\"prompt\": {\"1\": {\"class_type\": \"EmptyImage\", \"inputs\": {}}}}",
                "prompt_no_outputs"),
            new Case(
                "{\"prompt\": {\"2\": {\"class_type\": \"SaveImage\", \"inputs\": {\"filename_prefix\": \"x\"}}}}",
                "prompt_outputs_failed_validation"))) {
      Answer answer = gateway.post("/prompt", wrong.body());
      assertThat(answer.status()).as(answer.text()).isEqualTo(400);
      assertThat(answer.json().at("/error/type").asText()).isEqualTo(wrong.type());
      assertThat(answer.json().path("node_errors").isObject()).isTrue();
    }
    assertThat(gateway.get("/queue").json().toString())
        .isEqualTo("{\"queue_running\":[],\"queue_pending\":[]}");
  }

  @Test
  void a_prompt_with_one_good_output_runs_and_names_the_other() {
    Answer answer =
        gateway.post(
            "/prompt",
            "{\"prompt\": "
                + GRAPH.formatted(color++).stripTrailing().replaceFirst("}$", "")
                + ", \"4\": {\"class_type\": \"SaveImage\", \"inputs\": {\"filename_prefix\": \"x\"}}}}");

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().at("/node_errors/4/errors/0/type").asText())
        .isEqualTo("required_input_missing");
    assertThat(ended(gateway, id(answer)).at("/prompt/4").toString()).isEqualTo("[\"2\",\"3\"]");
  }

  // Only the server checks the range of a number.
  private String outOfRange() {
    return "{\"prompt\": "
        + GRAPH.formatted(color++).replace("\"width\": 64", "\"width\": 0")
        + "%s}";
  }

  @Test
  void what_a_free_server_refuses_is_answered_as_the_server_does_and_in_neither_list() {
    String id = UUID.randomUUID().toString();

    Answer answer =
        gateway.post("/prompt", outOfRange().formatted(", \"prompt_id\": \"" + id + "\""));

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().at("/error/type").asText())
        .isEqualTo("prompt_outputs_failed_validation");
    assertThat(answer.json().at("/node_errors/1/errors/0/type").asText())
        .isEqualTo("value_smaller_than_min");
    assertThat(answer.json().at("/node_errors/1/errors/0/extra_info/received_value").asInt())
        .isZero();
    assertThat(gateway.get("/history/" + id).text()).isEqualTo("{}");
    assertThat(gateway.get("/queue").json().toString()).doesNotContain(id);
  }

  @Test
  void what_is_refused_after_the_answer_says_why_in_the_history() {
    comfy.hold();
    List<String> before = new java.util.ArrayList<>();
    for (int n = 0; n < 5; n++) {
      before.add(id(submit(gateway, "")));
    }
    Answer answer = gateway.post("/prompt", outOfRange().formatted(""));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    comfy.release();

    JsonNode entry = ended(gateway, id(answer));
    JsonNode error = entry.at("/status/messages/2/1");
    assertThat(entry.at("/status/messages/2/0").asText()).isEqualTo("execution_error");
    assertThat(error.path("node_id").asText()).isEqualTo("1");
    assertThat(error.path("node_type").asText()).isEqualTo("EmptyImage");
    assertThat(error.path("exception_message").asText()).contains("width");
    assertThat(entry.at("/node_errors/1/errors/0/type").asText())
        .isEqualTo("value_smaller_than_min");
    JsonNode job = gateway.get("/api/jobs/" + id(answer)).json();
    assertThat(job.at("/execution_error/exception_message").asText()).contains("width");
    before.forEach(id -> ended(gateway, id));
  }

  @Test
  void outputs_that_a_server_leaves_out_are_in_the_answer_and_in_the_history() {
    Answer answer =
        gateway.post(
            "/prompt",
            "{\"prompt\": "
                + GRAPH.formatted(color++).stripTrailing().replaceFirst("}$", "")
                + """
                , "5": {"class_type": "EmptyImage",
                        "inputs": {"width": 0, "height": 64, "batch_size": 1, "color": 1}},
                  "6": {"class_type": "SaveImage",
                        "inputs": {"images": ["5", 0], "filename_prefix": "x"}}}}
                """);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().at("/node_errors/5/errors/0/type").asText())
        .isEqualTo("value_smaller_than_min");
    JsonNode entry = ended(gateway, id(answer));
    assertThat(entry.path("node_errors")).isEqualTo(answer.json().path("node_errors"));
    assertThat(entry.at("/prompt/4").toString()).isEqualTo("[\"2\",\"3\"]");
  }

  @Test
  void a_missing_input_is_not_filled_in() {
    Answer answer = gateway.post("/prompt", body("").replace("\"batch_size\": 1, ", ""));

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().at("/node_errors/1/errors/0/type").asText())
        .isEqualTo("required_input_missing");
  }

  @Test
  void a_text_may_be_as_long_as_a_picture_in_it() {
    String long64 = "A".repeat(1_200_000);

    submit(gateway, ", \"client_id\": \"long\"");
    Answer answer =
        gateway.post(
            "/prompt",
            body("").replace("\"batch_size\"", "\"picture\": \"" + long64 + "\", \"batch_size\""));

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(ended(gateway, id(answer)).at("/status/status_str").asText()).isEqualTo("success");
  }

  @Test
  void errors_have_ComfyUIs_shape() {
    for (Answer refused :
        List.of(
            gateway.getWith("/queue", "wrong-key-that-is-long"),
            gateway.postWith("/prompt", TestGateway.RUN_ONLY_KEY, body("")),
            gateway.delete("/queue"))) {
      assertThat(refused.status()).isGreaterThanOrEqualTo(400);
      assertThat(refused.json().at("/error/message").asText()).as(refused.text()).isNotEmpty();
    }
  }

  @Test
  void one_valid_credential_counts_whatever_else_is_there() {
    String url =
        gateway
            .postWith(
                "/keys",
                TestGateway.ADMIN_KEY,
                "{\"name\": \"in-urls\", \"scopes\": [\"raw\", \"url\"]}")
            .json()
            .path("secret")
            .asText();
    String basic =
        "Basic "
            + Base64.getEncoder()
                .encodeToString("undefined".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    for (String path :
        List.of("/k/" + url + "/queue", "/k/" + url + "//api/queue", "/queue?token=" + url)) {
      assertThat(open(path).status()).as(path).isEqualTo(200);
      assertThat(open(path, "Authorization", basic).status()).isEqualTo(200);
      assertThat(open(path, "Authorization", "Bearer ").status()).isEqualTo(200);
      assertThat(open(path, "Authorization", "Bearer wrong").status()).isEqualTo(200);
    }
    assertThat(open("/k/" + url + "/jobs").status()).isEqualTo(404);
    assertThat(open("/jobs?token=" + url).status()).isEqualTo(401);
    assertThat(open("/k/" + gateway.key() + "/queue").status()).isEqualTo(403);
    assertThat(open("/k/" + TestGateway.ADMIN_KEY + "/queue").status()).isEqualTo(403);
    assertThat(open("/k/wrong/queue").status()).isEqualTo(401);
    assertThat(open("/queue").status()).isEqualTo(401);
  }

  private Answer open(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            java.net.URI.create(
                "http://127.0.0.1:" + java.net.URI.create(gateway.url()).getPort() + path));
    return gateway.send(headers.length == 0 ? request : request.headers(headers));
  }
}
