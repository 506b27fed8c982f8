package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.CallbackInbox.Received;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What goes wrong between a real n8n and the gateway, and is fixed without anybody's help. */
class N8nRecoveryTest extends InN8n {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int NOT_WAITING_YET = 500;
  private static final String CALLBACK_FOR_ANOTHER_JOB =
      """
      {"type": "job.succeeded",
       "data": {"id": "00000000-0000-4000-8000-000000000000", "status": "succeeded", "seeds": {},
                "metadata": {"row": "1"},
                "outputs": [{"filename": "other.png", "sha256": "other",
                             "url": "http://127.0.0.1:1/other.png",
                             "s3": {"url": "http://127.0.0.1:1/", "bucket": "b", "key": "k"}}]}}
      """;

  private void assertPicture(N8nExecution ended) throws Exception {
    assertThat(ended.status()).as(ended.lastNode() + ": " + ended.error()).isEqualTo("success");
    JsonNode item = ended.items("Fetch the picture").get(0);
    JsonNode facts = item.path("json");
    assertThat(N8nStage.sha256(n8n.file(item)))
        .isEqualTo(facts.path("sha256").asText())
        .isEqualTo(stage.drawn(facts.path("filename").asText()));
  }

  // n8n 2.40.7 cannot read what it has not stored yet; other versions answer 409.
  @Test
  void a_callback_that_comes_before_the_wait_node_waits_is_sent_again_soon() throws Exception {
    ObjectNode workflow = stage.template("01-text-to-image-callback.json", Map.of());
    delay(workflow, 3);
    String execution = n8n.execute(n8n.save(workflow), N8nEditor.MANUAL);

    String job =
        await()
            .atMost(PATIENCE)
            .until(
                () -> stage.gateway().get("/jobs?limit=1").json().at("/jobs/0"),
                newest -> newest.at("/deliveries/0/last_status").asInt() == NOT_WAITING_YET)
            .path("id")
            .asText();

    assertPicture(n8n.awaitEnd(execution));
    JsonNode delivery =
        stage
            .gateway()
            .await(job, now -> "delivered".equals(now.at("/deliveries/0/status").asText()))
            .at("/deliveries/0");
    assertThat(delivery.path("last_status").asInt()).isEqualTo(200);
    // after 0, 1 and 2 more seconds, and with jitter one more
    assertThat(delivery.path("attempts").asInt()).isBetween(2, 5);
  }

  /** Puts a node between Submit and the Wait node that takes so many seconds. */
  private static void delay(ObjectNode workflow, int seconds) {
    ObjectNode slow = N8nEditor.node(workflow, "Wait for the callback").deepCopy();
    slow.put("name", "Slow").put("id", "slow").put("webhookId", "slow");
    slow.putObject("parameters")
        .put("resume", "timeInterval")
        .put("amount", seconds)
        .put("unit", "seconds");
    ((ArrayNode) workflow.path("nodes")).add(slow);
    ObjectNode connections = (ObjectNode) workflow.path("connections");
    connections.set("Slow", connections.path("Submit"));
    connections.set("Submit", connection("Slow"));
  }

  private static ObjectNode connection(String to) {
    ObjectNode connection = new ObjectMapper().createObjectNode();
    connection
        .putArray("main")
        .addArray()
        .addObject()
        .put("node", to)
        .put("type", "main")
        .put("index", 0);
    return connection;
  }

  @Test
  void an_n8n_that_is_down_when_its_job_ends_is_called_when_it_is_back() throws Exception {
    ObjectNode workflow = n8n.importTemplate("03-webhook-gateway.json");
    stage.use(workflow, Map.of());
    ((ObjectNode) N8nEditor.node(workflow, "Webhook").path("parameters"))
        .put("path", "down")
        .remove("authentication");
    workflow = n8n.save(workflow);
    n8n.publish(workflow);
    try (CallbackInbox caller = CallbackInbox.start(n -> 200)) {
      byte[] request =
          ("{\"prompt\": \"x\", \"callback_url\": \"" + caller.url("/") + "\"}")
              .getBytes(StandardCharsets.UTF_8);
      stage.comfy().hold();
      String job;
      try {
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    n8n.send(
                            "POST",
                            "/webhook/down",
                            r -> r.header("Content-Type", "application/json"),
                            request)
                        .status(),
                status -> status == 202);
        job = stage.awaitUnfinishedJob();
        String execution = n8n.executions(workflow).get(0);
        n8n.await(execution, now -> "waiting".equals(now.status()));
        stage.server().stop();
      } finally {
        stage.comfy().release();
      }
      stage.gateway().await(job, now -> now.at("/deliveries/0/attempts").asInt() > 0);
      assertThat(caller.received()).isEmpty();

      stage.server().start();

      List<Received> calls = await().atMost(PATIENCE).until(caller::received, c -> !c.isEmpty());
      JsonNode output = calls.get(0).json().at("/outputs/0");
      assertThat(N8nStage.sha256(stage.get(output.path("url").asText())))
          .isEqualTo(output.path("sha256").asText())
          .isEqualTo(stage.drawn(output.path("filename").asText()));
    }
  }

  @Test
  void a_gateway_that_is_restarted_under_a_job_still_calls_back() throws Exception {
    ObjectNode workflow = stage.template("01-text-to-image-callback.json", Map.of());
    stage.comfy().hold();
    String execution = n8n.execute(workflow, N8nEditor.MANUAL);
    String job;
    try {
      job = stage.awaitUnfinishedJob();
      stage.comfy().awaitSubmissions(job, 1);
      n8n.await(execution, now -> "waiting".equals(now.status()));
      stage.restartGateway();
    } finally {
      stage.comfy().release();
    }

    assertPicture(n8n.awaitEnd(execution));
    assertThat(stage.comfy().submissions(job)).isEqualTo(1);
  }

  @Test
  void a_callback_for_another_job_is_passed_over() throws Exception {
    Map<String, String> ends =
        Map.of(
            "01-text-to-image-callback.json", "Fetch the picture",
            "07-result-in-s3.json", "Result",
            "10-from-comfyui-api.json", "Fetch the picture",
            "11-rows-in-a-loop.json", "Pictures",
            "12-rows-in-one-batch.json", "Fetch the pictures");
    Map<String, String> started = new TreeMap<>();
    stage.comfy().hold();
    try {
      for (String template : ends.keySet()) {
        ObjectNode workflow = stage.template(template, Map.of());
        ((ArrayNode) N8nEditor.node(workflow, "Config").at("/parameters/assignments/assignments"))
            .addObject()
            .put("id", "resume")
            .put("name", "resume")
            .put("type", "string")
            .put("value", "={{ $execution.resumeUrl }}");
        if (template.startsWith("11-") || template.startsWith("12-")) {
          N8nChanges.rows(workflow, 1);
        }
        started.put(template, n8n.execute(n8n.save(workflow), N8nEditor.MANUAL));
      }
      for (String execution : started.values()) {
        N8nExecution waits = n8n.await(execution, now -> "waiting".equals(now.status()));
        String resume = waits.items("Config").get(0).at("/json/resume").asText();
        N8nEditor.Answer answer =
            n8n.send(
                "POST",
                resume,
                request -> request.header("Content-Type", "application/json"),
                CALLBACK_FOR_ANOTHER_JOB.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.status()).isEqualTo(200);
        n8n.await(execution, now -> now.runs("Passed over") == 1 && "waiting".equals(now.status()));
      }
    } finally {
      stage.comfy().release();
    }

    started.forEach(
        (template, execution) -> {
          N8nExecution ended = n8n.awaitEnd(execution);
          assertThat(ended.status()).as(template + ": " + ended.error()).isEqualTo("success");
          JsonNode submitted = ended.items("Submit").get(0).at("/json/body");
          String job = submitted.at("/jobs/0/id").asText(submitted.path("id").asText());
          assertThat(ended.items(ends.get(template)))
              .as(template)
              .singleElement()
              .satisfies(
                  item ->
                      assertThat(item.at("/json/sha256"))
                          .isEqualTo(stage.gateway().job(job).at("/outputs/0/sha256")));
        });
  }

  @Test
  void polling_outlives_a_restart_of_the_gateway() throws Exception {
    ObjectNode workflow =
        stage.template("02-text-to-image-polling.json", Map.of("poll_seconds", 1));
    stage.comfy().hold();
    String execution = n8n.execute(workflow, N8nEditor.MANUAL);
    try {
      stage.comfy().awaitSubmissions(stage.awaitUnfinishedJob(), 1);
      stage.restartGateway();
    } finally {
      stage.comfy().release();
    }

    assertPicture(n8n.awaitEnd(execution));
  }

  @Test
  void a_workflow_that_is_not_called_in_time_ends_and_names_its_job() throws Exception {
    ObjectNode workflow = stage.template("01-text-to-image-callback.json", Map.of());
    ((ObjectNode) N8nEditor.node(workflow, "Wait for the callback").path("parameters"))
        .put("resumeAmount", 1)
        .put("resumeUnit", "seconds");
    stage.comfy().hold();
    try {
      String execution = n8n.execute(n8n.save(workflow), N8nEditor.MANUAL);
      String job = stage.awaitUnfinishedJob();

      N8nExecution ended = n8n.awaitEnd(execution);

      assertThat(ended.status()).isEqualTo("error");
      assertThat(ended.error()).contains("has not called back").contains("/jobs/" + job);
    } finally {
      stage.comfy().release();
    }
  }

  @Test
  void the_picture_itself_may_be_the_body_of_the_callback() throws Exception {
    ObjectNode workflow = stage.template("01-text-to-image-callback.json", Map.of());
    ObjectNode submit = (ObjectNode) N8nEditor.node(workflow, "Submit").path("parameters");
    submit.put(
        "jsonBody",
        submit
            .path("jsonBody")
            .asText()
            .replace(
                "callback_url: $execution.resumeUrl",
                "callback: { url: $execution.resumeUrl, format: 'binary' }"));
    ObjectNode options =
        (ObjectNode)
            N8nEditor.node(workflow, "Wait for the callback").path("parameters").path("options");
    options.put("binaryPropertyName", "data");
    ((ObjectNode) workflow.path("connections")).remove("Wait for the callback");

    N8nExecution ended = n8n.awaitEnd(n8n.execute(n8n.save(workflow), N8nEditor.MANUAL));

    JsonNode item = ended.items("Wait for the callback").get(0);
    JsonNode headers = item.path("json").path("headers");
    assertThat(headers.path("gateway-event").asText()).isEqualTo("job.succeeded");
    assertThat(N8nStage.sha256(n8n.file(item)))
        .isEqualTo(headers.path("gateway-output-sha256").asText())
        .isEqualTo(stage.drawn(headers.path("gateway-output-filename").asText()));
  }

  @Test
  void the_signature_is_checked_by_the_code_of_the_documentation() throws Exception {
    Matcher code =
        Pattern.compile("```js\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/n8n.md")));
    assertThat(code.find()).isTrue();
    ObjectNode workflow = stage.template("01-text-to-image-callback.json", Map.of());
    ((ObjectNode)
            N8nEditor.node(workflow, "Wait for the callback").path("parameters").path("options"))
        .put("rawBody", true);
    ObjectNode check = N8nEditor.node(workflow, "Result").deepCopy();
    check.put("name", "Check").put("id", "check");
    check.put("type", "n8n-nodes-base.code").put("typeVersion", 2);
    ((ArrayNode) workflow.path("nodes")).add(check);
    ObjectNode connections = (ObjectNode) workflow.path("connections");
    connections.set("Check", connections.path("Wait for the callback"));
    connections.set("Wait for the callback", connection("Check"));

    check
        .putObject("parameters")
        .put("jsCode", code.group(1).replace("whsec_…", TestGateway.CALLBACK_SECRET));
    assertPicture(n8n.awaitEnd(n8n.execute(n8n.save(workflow), N8nEditor.MANUAL)));

    ObjectNode another = stage.template("01-text-to-image-callback.json", Map.of());
    workflow.put("id", N8nEditor.id(another));
    workflow.set("versionId", another.path("versionId"));
    check
        .putObject("parameters")
        .put("jsCode", code.group(1).replace("whsec_…", "whsec_b3RoZXIgc2VjcmV0"));
    N8nExecution refused = n8n.awaitEnd(n8n.execute(n8n.save(workflow), N8nEditor.MANUAL));
    assertThat(refused.status()).isEqualTo("error");
    assertThat(refused.lastNode()).isEqualTo("Check");
    assertThat(refused.error()).contains("signature");
  }
}
