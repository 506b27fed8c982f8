package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.CallbackInbox.Received;
import io.comfygateway.simulator.Faults;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Every template in a real n8n: imported, configured, run, and the picture at its end. */
class N8nTemplatesTest extends InN8n {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private N8nExecution succeeded(String execution) {
    N8nExecution ended = n8n.awaitEnd(execution);
    assertThat(ended.status()).as(ended.lastNode() + ": " + ended.error()).isEqualTo("success");
    return ended;
  }

  /** The item's file, its facts, the gateway and ComfyUI all have the same picture. */
  private void assertPicture(JsonNode item) throws Exception {
    JsonNode facts = item.path("json");
    JsonNode output = stage.gateway().job(facts.path("job_id").asText()).path("outputs").path(0);
    assertThat(N8nStage.sha256(n8n.file(item)))
        .isEqualTo(facts.path("sha256").asText())
        .isEqualTo(output.path("sha256").asText())
        .isEqualTo(stage.drawn(output.path("filename").asText()));
  }

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
  void a_webhook_of_n8n_in_front_answers_at_once_and_calls_back_later() throws Exception {
    ObjectNode workflow = n8n.importTemplate("03-webhook-gateway.json");
    stage.use(workflow, Map.of());
    N8nEditor.node(workflow, "Webhook")
        .set(
            "credentials",
            n8n.credential(
                "Callers", "httpHeaderAuth", Map.of("name", "X-Caller", "value", "a-caller")));
    workflow = n8n.save(workflow);
    n8n.publish(workflow);
    try (CallbackInbox caller = CallbackInbox.start(n -> 200)) {
      String callback = "\"callback_url\": \"" + caller.url("/here") + "\"";
      N8nEditor.Answer incomplete = awaitServed("{}");
      assertThat(incomplete.status()).isEqualTo(422);
      assertThat(incomplete.contentType()).startsWith("application/problem+json");
      assertThat(incomplete.json().findValuesAsText("pointer"))
          .containsExactly("/prompt", "/callback_url");
      assertThat(call("{\"prompt\": \"x\", " + callback + "}", "another").status()).isEqualTo(403);
      N8nEditor.Answer refused =
          call("{\"prompt\": \"" + "x".repeat(5000) + "\", " + callback + "}", "a-caller");
      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.json().findValuesAsText("pointer")).containsExactly("/inputs/prompt");
      stage.comfy().hold();
      N8nEditor.Answer taken;
      try {
        taken =
            call("{\"prompt\": \"x\", " + callback + ", \"metadata\": {\"order\": 7}}", "a-caller");
      } finally {
        stage.comfy().release();
      }
      assertThat(taken.status()).as(taken.text()).isEqualTo(202);

      List<Received> calls = await().atMost(PATIENCE).until(caller::received, c -> !c.isEmpty());

      JsonNode result = calls.get(0).json();
      assertThat(calls.get(0).uri()).isEqualTo("/here");
      assertThat(result.path("id")).isEqualTo(taken.json().path("id"));
      assertThat(result.path("status").asText()).isEqualTo("succeeded");
      assertThat(result.path("metadata").path("order").asInt()).isEqualTo(7);
      JsonNode output = result.path("outputs").path(0);
      assertThat(N8nStage.sha256(stage.get(output.path("url").asText())))
          .isEqualTo(output.path("sha256").asText())
          .isEqualTo(stage.drawn(output.path("filename").asText()));
    }
  }

  @Test
  void a_webhook_in_front_of_a_gateway_that_is_not_there_says_so() throws Exception {
    ObjectNode workflow = n8n.importTemplate("03-webhook-gateway.json");
    stage.use(workflow, Map.of("gateway_url", "http://127.0.0.1:1"));
    N8nEditor.node(workflow, "Submit").put("waitBetweenTries", 0);
    ((ObjectNode) N8nEditor.node(workflow, "Webhook").path("parameters"))
        .put("path", "nowhere")
        .remove("authentication");
    n8n.publish(n8n.save(workflow));
    byte[] body =
        "{\"prompt\": \"x\", \"callback_url\": \"http://127.0.0.1:1\"}"
            .getBytes(StandardCharsets.UTF_8);

    N8nEditor.Answer answer =
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    n8n.send(
                        "POST",
                        "/webhook/nowhere",
                        request -> request.header("Content-Type", "application/json"),
                        body),
                served -> served.status() != 404);

    assertThat(answer.status()).as(answer.text()).isEqualTo(503);
    assertThat(answer.contentType()).startsWith("application/problem+json");
  }

  // n8n serves a webhook a moment after it was published.
  private N8nEditor.Answer awaitServed(String body) {
    return await()
        .atMost(PATIENCE)
        .until(() -> call(body, "a-caller"), answer -> answer.status() != 404);
  }

  private N8nEditor.Answer call(String body, String secret) {
    return n8n.send(
        "POST",
        "/webhook/comfyui-text-to-image",
        request -> request.header("Content-Type", "application/json").header("X-Caller", secret),
        body.getBytes(StandardCharsets.UTF_8));
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
  void a_form_sends_a_picture_and_shows_the_new_one() throws Exception {
    ObjectNode workflow = stage.template("05-image-to-image-form.json", Map.of());
    n8n.publish(workflow);
    String form = "/form/" + N8nEditor.node(workflow, "Form").path("webhookId").asText();
    await()
        .atMost(PATIENCE)
        .until(() -> n8n.send("GET", form, request -> {}, new byte[0]).status() == 200);
    ByteArrayOutputStream given = new ByteArrayOutputStream();
    ImageIO.write(new java.awt.image.BufferedImage(64, 48, 1), "png", given);
    FormBody body =
        new FormBody()
            .file("field-0", "my cät.png", "image/png", given.toByteArray())
            .field("field-1", "ein Märchen & mehr")
            .field("field-2", "clearly");

    N8nEditor.Answer answer =
        n8n.send("POST", form, r -> r.header("Content-Type", body.contentType()), body.bytes());

    String page = answer.json().path("formWaitingUrl").asText();
    String execution = n8n.executions(workflow).get(0);
    N8nExecution shown = n8n.await(execution, now -> !now.items("Fetch the picture").isEmpty());
    JsonNode item = shown.items("Fetch the picture").get(0);
    assertPicture(item);
    JsonNode facts = item.path("json");
    assertThat(facts.path("filename").asText()).startsWith("img2img");
    n8n.await(execution, now -> "Page with the picture".equals(now.lastNode()));
    N8nEditor.Answer result = n8n.send("GET", page, request -> {}, new byte[0]);
    assertThat(result.text())
        .contains("Here is your picture")
        .contains(facts.path("filename").asText());
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
      stage.comfy().faults().failNextPrompts(1, Faults.Kind.ERROR);
      String failed =
          stage.gateway().post("/webhook/txt2img", "{\"inputs\":{\"prompt\":\"x\"}}").id();
      stage.gateway().await(failed, "failed");
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

      assertThat(texts(messages))
          .filteredOn(text -> text.contains(failed))
          .singleElement()
          .satisfies(text -> assertThat(text).contains("has failed: "));
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
  void an_agent_draws_with_the_gateway_as_its_tool() throws Exception {
    try (ScriptedModel model =
        ScriptedModel.start(
            "{\"inputs\": {\"prompt\": \"a fox\", \"width\": 256, \"height\": 192}}")) {
      ObjectNode workflow = n8n.importTemplate("09-ai-agent.json");
      stage.use(workflow, Map.of());
      N8nEditor.node(workflow, "Chat model")
          .set(
              "credentials",
              n8n.credential("Model", "openAiApi", Map.of("apiKey", "none", "url", model.url())));
      workflow = n8n.save(workflow);

      N8nExecution ended =
          succeeded(n8n.chat(workflow, "When chat message received", "Draw a fox, please."));

      String said = ended.items("Agent").get(0).path("json").path("output").asText();
      assertThat(said).startsWith("![picture](http");
      byte[] picture = stage.get(said.substring(said.indexOf('(') + 1, said.length() - 1));
      JsonNode jobs = stage.gateway().get("/jobs?limit=2").json().path("jobs");
      // The same call twice, and two pictures.
      assertThat(jobs.findValuesAsText("sha256"))
          .hasSize(ScriptedModel.CALLS)
          .doesNotHaveDuplicates()
          .contains(N8nStage.sha256(picture));
      JsonNode output =
          jobs.findParents("sha256").stream()
              .filter(o -> N8nStage.sha256(picture).equals(o.path("sha256").asText()))
              .findFirst()
              .orElseThrow();
      assertThat(output.path("width").asInt()).isEqualTo(256);
      assertThat(output.path("height").asInt()).isEqualTo(192);
      assertThat(N8nStage.sha256(picture))
          .isEqualTo(output.path("sha256").asText())
          .isEqualTo(stage.drawn(output.path("filename").asText()));
    }
  }

  @Test
  void a_graph_that_was_posted_to_comfyui_is_posted_to_the_gateway() throws Exception {
    ObjectNode workflow = stage.template("10-from-comfyui-api.json", Map.of());

    assertPicture(
        succeeded(n8n.execute(workflow, N8nEditor.MANUAL)).items("Fetch the picture").get(0));
  }
}
