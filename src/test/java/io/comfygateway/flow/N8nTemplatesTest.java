package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.CallbackInbox.Received;
import io.comfygateway.simulator.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every template in a real n8n: imported, configured, run, and the picture at its end. */
class N8nTemplatesTest extends InN8n {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void text_to_image_by_callback_sleeps_until_the_picture_is_there() throws Exception {
    ObjectNode workflow =
        stage.template(
            "01-text-to-image-callback.json", Map.of("inputs", Map.of("prompt", "a lighthouse")));
    stage.comfy().hold();
    String execution = n8n.execute(workflow, N8nEditor.MANUAL);
    try {
      n8n.await(execution, now -> "waiting".equals(now.status()));
    } finally {
      stage.comfy().release();
    }

    N8nExecution ended = succeeded(execution);

    List<JsonNode> pictures = ended.items("Fetch the picture");
    assertThat(pictures).hasSize(1);
    assertPicture(pictures.get(0));
    // The number is the same in JavaScript as in the gateway.
    JsonNode facts = pictures.get(0).path("json");
    assertThat(facts.path("seeds"))
        .isEqualTo(stage.gateway().job(facts.path("job_id").asText()).path("seeds"));
  }

  @Test
  void text_to_image_by_polling_loops_until_the_picture_is_there() throws Exception {
    ObjectNode workflow =
        stage.template("02-text-to-image-polling.json", Map.of("poll_seconds", 1));
    stage.comfy().hold();
    String execution = n8n.execute(workflow, N8nEditor.MANUAL);
    try {
      stage.awaitUnfinishedJob();
    } finally {
      stage.comfy().release();
    }

    assertPicture(succeeded(execution).items("Fetch the picture").get(0));
  }

  @Test
  void polling_gives_up_after_its_time_and_says_that_the_job_goes_on() throws Exception {
    ObjectNode workflow =
        stage.template(
            "02-text-to-image-polling.json", Map.of("poll_seconds", 0, "max_minutes", 0));
    stage.comfy().hold();
    try {
      N8nExecution ended = n8n.awaitEnd(n8n.execute(workflow, N8nEditor.MANUAL));

      assertThat(ended.status()).isEqualTo("error");
      assertThat(ended.lastNode()).isEqualTo("Gave up");
      assertThat(ended.error()).contains("after 0 minutes").contains("/jobs/");
    } finally {
      stage.comfy().release();
    }
  }

  @Test
  void a_job_that_fails_ends_in_the_error_branch_with_its_reason() throws Exception {
    for (String file : List.of("01-text-to-image-callback.json", "02-text-to-image-polling.json")) {
      ObjectNode workflow = stage.template(file, Map.of());
      stage.comfy().faults().failNextPrompts(1, Faults.Kind.ERROR);

      N8nExecution ended = n8n.awaitEnd(n8n.execute(workflow, N8nEditor.MANUAL));

      assertThat(ended.status()).as(file).isEqualTo("error");
      assertThat(ended.lastNode()).isEqualTo("No picture");
      assertThat(ended.error()).contains("has failed").contains("was told to fail");
    }
  }

  @Test
  void one_node_is_enough_for_a_picture() throws Exception {
    ObjectNode workflow =
        stage.template("04-one-node.json", Map.of("inputs", Map.of("prompt", "one node")));

    JsonNode item =
        succeeded(n8n.execute(workflow, N8nEditor.MANUAL)).items("Make a picture").get(0);

    JsonNode file = item.path("binary").path("data");
    assertThat(file.path("mimeType").asText()).isEqualTo("image/png");
    assertThat(N8nStage.sha256(n8n.file(item)))
        .isEqualTo(stage.drawn(file.path("fileName").asText()));
  }

  @Test
  void a_batch_that_has_a_name_is_collected_again_and_nothing_is_drawn_twice() throws Exception {
    ObjectNode workflow =
        stage.template("06-batch.json", Map.of("poll_seconds", 1, "batch", "test"));

    List<JsonNode> pictures =
        succeeded(n8n.execute(workflow, N8nEditor.MANUAL)).items("Fetch the pictures");
    List<JsonNode> again =
        succeeded(n8n.execute(workflow, N8nEditor.MANUAL)).items("Fetch the pictures");

    assertThat(pictures)
        .extracting(item -> item.path("json").path("row").asText())
        .containsExactly("1", "2", "3");
    Set<String> files = new HashSet<>();
    for (JsonNode picture : pictures) {
      assertPicture(picture);
      files.add(picture.path("json").path("sha256").asText());
      assertThat(stage.comfy().submissions(picture.path("json").path("job_id").asText()))
          .isEqualTo(1);
    }
    assertThat(files).hasSize(3);
    assertThat(again)
        .extracting(item -> item.path("json").path("job_id").asText())
        .containsExactlyElementsOf(
            pictures.stream().map(item -> item.path("json").path("job_id").asText()).toList());
  }

  @Test
  void a_row_that_fails_leaves_by_its_own_branch() throws Exception {
    ObjectNode workflow =
        stage.template("06-batch.json", Map.of("poll_seconds", 1, "batch", "one fails"));
    stage.comfy().faults().failNextPrompts(1, Faults.Kind.ERROR);

    N8nExecution ended = succeeded(n8n.execute(workflow, N8nEditor.MANUAL));

    assertThat(ended.items("Fetch the pictures")).hasSize(2);
    assertThat(ended.items("Failed rows"))
        .singleElement()
        .satisfies(
            row ->
                assertThat(row.path("json").path("reason").asText()).contains("was told to fail"));
  }

  @Test
  void only_the_link_comes_where_the_result_is_in_s3() throws Exception {
    ObjectNode workflow = stage.template("07-result-in-s3.json", Map.of("s3_prefix", "from-n8n"));

    N8nExecution ended = succeeded(n8n.execute(workflow, N8nEditor.MANUAL));

    JsonNode result = ended.items("Result").get(0).path("json");
    assertThat(result.path("key").asText()).startsWith("from-n8n/");
    assertThat(N8nStage.sha256(stage.get(result.path("link").asText())))
        .isEqualTo(result.path("sha256").asText());
  }

  @Test
  void failed_jobs_and_dead_letters_and_failed_workflows_become_messages() throws Exception {
    try (CallbackInbox messages = CallbackInbox.start(n -> 200);
        CallbackInbox gone = CallbackInbox.start(n -> 410)) {
      stage.comfy().faults().failNextPrompts(3, Faults.Kind.ERROR);
      Set<String> failed = new HashSet<>();
      for (int i = 0; i < 3; i++) {
        String job =
            stage.gateway().post("/webhook/txt2img", "{\"inputs\":{\"prompt\":\"x\"}}").id();
        stage.gateway().await(job, "failed");
        failed.add(job);
      }
      String undelivered =
          stage
              .gateway()
              .post("/webhook/smoke", "{\"callback_url\":\"" + gone.url("/") + "\"}")
              .id();
      stage
          .gateway()
          .await(undelivered, job -> "dead".equals(job.at("/deliveries/0/status").asText()));
      ObjectNode workflow =
          stage.template(
              "08-failures-to-a-message.json", Map.of("message_url", messages.url("/message")));

      succeeded(n8n.execute(workflow, "Every 5 minutes"));
      succeeded(n8n.execute(workflow, "Every 5 minutes"));

      for (String job : failed) {
        assertThat(texts(messages))
            .filteredOn(text -> text.contains(job))
            .singleElement()
            .satisfies(text -> assertThat(text).contains("has failed: "));
      }
      assertThat(texts(messages))
          .filteredOn(text -> text.contains(undelivered))
          .singleElement()
          .satisfies(
              text -> assertThat(text).contains("was not delivered: callback").contains("410"));

      n8n.publish(workflow);
      ObjectNode failing = failingWorkflow(N8nEditor.id(workflow));
      await()
          .atMost(PATIENCE)
          .until(
              () -> n8n.send("POST", "/webhook/fails", request -> {}, new byte[0]).status() != 404);
      assertThat(
              await()
                  .atMost(PATIENCE)
                  .until(
                      () -> texts(messages),
                      list -> list.stream().anyMatch(text -> text.startsWith("Workflow "))))
          .anySatisfy(
              text ->
                  assertThat(text)
                      .contains(failing.path("name").asText())
                      .contains("Job 7 has failed"));
    }
  }

  private static List<String> texts(CallbackInbox messages) throws IOException {
    List<String> texts = new java.util.ArrayList<>();
    for (Received message : messages.received()) {
      texts.add(message.json().path("text").asText());
    }
    return texts;
  }

  private ObjectNode failingWorkflow(String errorWorkflow) throws IOException {
    ObjectNode workflow =
        (ObjectNode)
            JSON.readTree(
                """
                {"name": "one that fails", "settings": {"executionOrder": "v1"},
                 "nodes": [
                   {"name": "Webhook", "id": "1", "type": "n8n-nodes-base.webhook",
                    "typeVersion": 2, "position": [0, 0], "webhookId": "fails",
                    "parameters": {"httpMethod": "POST", "path": "fails", "options": {}}},
                   {"name": "No picture", "id": "2", "type": "n8n-nodes-base.stopAndError",
                    "typeVersion": 1, "position": [200, 0],
                    "parameters": {"errorMessage": "Job 7 has failed"}}],
                 "connections": {"Webhook": {"main": [[
                   {"node": "No picture", "type": "main", "index": 0}]]}}}
                """);
    ((ObjectNode) workflow.path("settings")).put("errorWorkflow", errorWorkflow);
    ObjectNode imported = n8n.importWorkflow(workflow);
    n8n.publish(imported);
    return imported;
  }

  @Test
  void a_picture_that_is_not_ready_in_time_is_an_error_and_no_file(@TempDir Path folder)
      throws Exception {
    Map<String, String> settings = Map.of("gateway.wait.max-seconds", "1");
    stage.comfy().hold();
    try (TestGateway gateway = TestGateway.start(folder, stage.comfy().url(), settings).ready()) {
      ObjectNode workflow =
          stage.template("04-one-node.json", Map.of("gateway_url", gateway.url()));

      N8nExecution ended = n8n.awaitEnd(n8n.execute(workflow, N8nEditor.MANUAL));

      assertThat(ended.status()).isEqualTo("error");
      assertThat(ended.data().at("/resultData/error/httpCode").asText()).isEqualTo("504");
      assertThat(ended.errorDescription())
          .contains(gateway.get("/jobs?limit=1").json().at("/jobs/0/id").asText());
    } finally {
      stage.comfy().release();
    }
  }

  @Test
  void the_picture_is_written_into_the_folder_as_the_documentation_says() throws Exception {
    String path = documented("File Path and Name\\* `(/home/node/[^`]*)`");
    Path files = stage.server().home().resolve(".n8n-files");
    ObjectNode workflow = stage.template("01-text-to-image-callback.json", Map.of());
    N8nChanges.add(workflow, "Write", "readWriteFile", 1)
        .put("operation", "write")
        .put("fileName", "=" + path.replace("/home/node", stage.server().home().toString()))
        .put("dataPropertyName", "data");
    N8nChanges.connect(workflow, "Fetch the picture", "Write");

    N8nExecution ended = succeeded(n8n.execute(n8n.save(workflow), N8nEditor.MANUAL));

    JsonNode picture = ended.items("Fetch the picture").get(0);
    assertPicture(picture);
    assertThat(
            N8nStage.sha256(
                Files.readAllBytes(files.resolve(picture.at("/json/filename").asText()))))
        .isEqualTo(picture.at("/json/sha256").asText());
  }

  private static String documented(String what) throws IOException {
    Matcher matcher = Pattern.compile(what).matcher(Files.readString(Path.of("docs/n8n.md")));
    assertThat(matcher.find()).as(what).isTrue();
    return matcher.group(1);
  }

  @Test
  void a_graph_that_was_posted_to_comfyui_is_posted_to_the_gateway() throws Exception {
    ObjectNode workflow = stage.template("10-from-comfyui-api.json", Map.of());

    assertPicture(
        succeeded(n8n.execute(workflow, N8nEditor.MANUAL)).items("Fetch the picture").get(0));
  }
}
