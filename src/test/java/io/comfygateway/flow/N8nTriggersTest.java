package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.CallbackInbox.Received;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** The templates that others call: by a webhook, by a form, in a chat. */
class N8nTriggersTest extends InN8n {
  private static final String SHIPPED_PATH = "comfyui-text-to-image";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

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
      N8nEditor.Answer incomplete = awaitServed(SHIPPED_PATH, "{}");
      assertThat(incomplete.status()).isEqualTo(422);
      assertThat(incomplete.contentType()).startsWith("application/problem+json");
      assertThat(incomplete.json().findValuesAsText("pointer"))
          .containsExactly("/prompt", "/callback_url");
      assertThat(call(SHIPPED_PATH, "{\"prompt\": \"x\", " + callback + "}", "another").status())
          .isEqualTo(403);
      N8nEditor.Answer refused =
          call(
              SHIPPED_PATH,
              "{\"prompt\": \"" + "x".repeat(5000) + "\", " + callback + "}",
              "a-caller");
      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.json().findValuesAsText("pointer")).containsExactly("/inputs/prompt");
      stage.comfy().hold();
      N8nEditor.Answer taken;
      try {
        taken =
            call(
                SHIPPED_PATH,
                "{\"prompt\": \"x\", " + callback + ", \"metadata\": {\"order\": 7}}",
                "a-caller");
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
    openWebhook("nowhere", Map.of("gateway_url", "http://127.0.0.1:1"));

    N8nEditor.Answer answer =
        awaitServed("nowhere", "{\"prompt\": \"x\", \"callback_url\": \"http://127.0.0.1:1\"}");

    assertThat(answer.status()).as(answer.text()).isEqualTo(503);
    assertThat(answer.contentType()).startsWith("application/problem+json");
  }

  @Test
  void a_form_sends_a_picture_and_shows_each_visitor_the_new_one() throws Exception {
    ObjectNode workflow = stage.template("05-image-to-image-form.json", Map.of());
    n8n.publish(workflow);
    ByteArrayOutputStream given = new ByteArrayOutputStream();
    ImageIO.write(new java.awt.image.BufferedImage(64, 48, 1), "png", given);
    Map<String, String> pages = new TreeMap<>();

    for (int visitor = 0; visitor < 3; visitor++) {
      String page = fillIn(workflow, given.toByteArray()).json().path("formWaitingUrl").asText();
      pages.put(executionOf(page), page);
    }

    Set<String> jobs = new HashSet<>();
    for (Map.Entry<String, String> visitor : pages.entrySet()) {
      N8nExecution shown =
          n8n.await(visitor.getKey(), now -> "Page with the picture".equals(now.lastNode()));
      JsonNode item = shown.items("Fetch the picture").get(0);
      assertPicture(item);
      JsonNode facts = item.path("json");
      jobs.add(facts.path("job_id").asText());
      assertThat(facts.path("filename").asText()).startsWith("img2img");
      N8nEditor.Answer result = n8n.send("GET", visitor.getValue(), request -> {}, new byte[0]);
      assertThat(result.text())
          .contains("Here is your picture")
          .contains(facts.path("filename").asText());
    }
    assertThat(jobs).hasSize(3);
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

  private static String executionOf(String page) {
    String path = URI.create(page).getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Test
  void three_calls_at_the_same_time_each_get_their_own_picture() throws Exception {
    openWebhook("three-calls", Map.of());
    try (CallbackInbox caller = CallbackInbox.start(n -> 200)) {
      awaitServed("three-calls", "{}");
      Map<Integer, String> jobs = new TreeMap<>();
      stage.comfy().hold();
      try {
        for (int order = 1; order <= 3; order++) {
          N8nEditor.Answer taken =
              call(
                  "three-calls",
                  "{\"prompt\": \"x\", \"callback_url\": \"%s\", \"metadata\": {\"order\": %d}}"
                      .formatted(caller.url("/"), order),
                  "nobody");
          assertThat(taken.status()).as(taken.text()).isEqualTo(202);
          jobs.put(order, taken.json().path("id").asText());
        }
      } finally {
        stage.comfy().release();
      }

      List<Received> calls = await().atMost(PATIENCE).until(caller::received, c -> c.size() >= 3);

      Map<Integer, String> results = new TreeMap<>();
      for (Received received : calls) {
        JsonNode result = received.json();
        assertThat(result.path("status").asText()).isEqualTo("succeeded");
        results.put(result.at("/metadata/order").asInt(), result.path("id").asText());
      }
      assertThat(results).isEqualTo(jobs).hasSize(3);
    }
  }

  private ObjectNode openWebhook(String path, Map<String, ?> config) throws IOException {
    ObjectNode workflow = n8n.importTemplate("03-webhook-gateway.json");
    stage.use(workflow, config);
    N8nEditor.node(workflow, "Submit").put("waitBetweenTries", 0);
    ((ObjectNode) N8nEditor.node(workflow, "Webhook").path("parameters"))
        .put("path", path)
        .remove("authentication");
    ObjectNode saved = n8n.save(workflow);
    n8n.publish(saved);
    return saved;
  }

  @Test
  void a_form_with_a_file_that_is_no_picture_says_so_at_once() throws Exception {
    ObjectNode workflow = stage.template("05-image-to-image-form.json", Map.of());
    // Two forms cannot be published under one address.
    N8nEditor.node(workflow, "Form").put("webhookId", "another-form");
    n8n.publish(n8n.save(workflow));

    String page =
        fillIn(workflow, "<html>no picture</html>".getBytes(StandardCharsets.UTF_8))
            .json()
            .path("formWaitingUrl")
            .asText();

    N8nExecution shown =
        n8n.await(executionOf(page), now -> "Page without a picture".equals(now.lastNode()));
    assertThat(shown.items("Submit").get(0).at("/json/statusCode").asInt()).isEqualTo(422);
    assertThat(shown.runs("Wait for the callback")).isZero();
    assertThat(n8n.send("GET", page, request -> {}, new byte[0]).text())
        .contains("There is no picture");
  }

  /** Sends the form with a file, and returns the page that the visitor waits on. */
  private N8nEditor.Answer fillIn(ObjectNode workflow, byte[] picture) throws IOException {
    String form = "/form/" + N8nEditor.node(workflow, "Form").path("webhookId").asText();
    await()
        .atMost(PATIENCE)
        .until(() -> n8n.send("GET", form, request -> {}, new byte[0]).status() == 200);
    FormBody body =
        new FormBody()
            .file("field-0", "my cät.png", "image/png", picture)
            .field("field-1", "ein Märchen & mehr")
            .field("field-2", "clearly");
    return n8n.send("POST", form, r -> r.header("Content-Type", body.contentType()), body.bytes());
  }

  // n8n serves a webhook a moment after it was published.
  private N8nEditor.Answer awaitServed(String path, String body) {
    return await()
        .atMost(PATIENCE)
        .until(() -> call(path, body, "a-caller"), answer -> answer.status() != 404);
  }

  private N8nEditor.Answer call(String path, String body, String secret) {
    return n8n.send(
        "POST",
        "/webhook/" + path,
        request -> request.header("Content-Type", "application/json").header("X-Caller", secret),
        body.getBytes(StandardCharsets.UTF_8));
  }
}
