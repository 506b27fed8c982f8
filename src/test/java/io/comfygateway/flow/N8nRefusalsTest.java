package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.simulator.Faults;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What a workflow of n8n sees of jobs that are refused or fail, and of requests that are sent
 * again.
 */
class N8nRefusalsTest extends InN8nTemplates {

  private static void write(ObjectNode workflow, String rows, String second) {
    ((ObjectNode) N8nEditor.node(workflow, "Rows").path("parameters"))
        .put("jsCode", rows.formatted(second));
  }

  // As the note of the template says.
  @Test
  void a_refused_row_of_the_one_node_leaves_by_its_error_output() throws Exception {
    ObjectNode workflow =
        workflow(
            ONE_NODE, Map.of("inputs", "={{ { prompt: $json.prompt, width: 64, height: 64 } }}"));
    N8nChanges.rows(workflow, 3);
    write(
        workflow,
        "return [{ prompt: 'a' }, { prompt: '%s' }, { prompt: 'c' }];",
        "x".repeat(TOO_LONG));
    N8nEditor.node(workflow, "Make a picture").put("onError", "continueErrorOutput");

    N8nExecution ended = n8n.awaitEnd(execute(workflow));

    List<JsonNode> items = ended.items("Make a picture");
    assertThat(items).filteredOn(item -> !item.has("binary")).hasSize(1);
    assertPictures(ONE_NODE, ended, items.stream().filter(item -> item.has("binary")), 2);
  }

  @Test
  void a_refusal_ends_at_once_with_the_text_of_the_gateway() throws Exception {
    Map<String, String> started = new TreeMap<>();
    for (String template : List.of(CALLBACK, POLLING, ONE_NODE)) {
      started.put(
          template,
          execute(workflow(template, Map.of("inputs", Map.of("prompt", "x".repeat(TOO_LONG))))));
    }

    started.forEach(
        (template, execution) -> {
          N8nExecution ended = n8n.awaitEnd(execution);
          assertThat(ended.status()).as(template).isEqualTo("error");
          assertThat(ended.error() + ended.errorDescription())
              .as(template)
              .contains("prompt has 4001 characters; at most 4000");
          assertThat(ended.longestMs(template.equals(ONE_NODE) ? "Make a picture" : "Submit"))
              .isLessThan(TRIED_AGAIN_MS);
        });
  }

  @Test
  void asking_for_a_job_that_failed_is_no_failed_request() throws Exception {
    for (String template : List.of(POLLING, BATCH)) {
      stage.comfy().faults().failNextPrompts(1, Faults.Kind.ERROR);
      ObjectNode workflow = workflow(template, Map.of());
      if (hasRows(template)) {
        N8nChanges.rows(workflow, 1);
      }

      N8nExecution ended = n8n.awaitEnd(execute(workflow));

      String asks = template.equals(POLLING) ? "Get the job" : "Get the jobs";
      assertThat(ended.runs(asks)).as(template).isPositive();
      assertThat(ended.longestMs(asks)).as(template).isLessThan(TRIED_AGAIN_MS);
    }
  }

  @Test
  void a_request_that_n8n_sends_again_makes_no_second_job() throws Exception {
    try (Wire wire = Wire.to(URI.create(stage.gateway().url()).getPort())) {
      Wire.Held answer = wire.hold(Wire.Place.ANSWER, "POST /webhook").reset();
      String mark = "sent again by n8n";
      ObjectNode workflow =
          workflow(
              CALLBACK,
              Map.of(
                  "gateway_url",
                  wire.url(),
                  "inputs",
                  Map.of("prompt", "x", "width", 64, "height", 64)));
      ObjectNode submit = N8nEditor.node(workflow, "Submit");
      submit.put("waitBetweenTries", 100);
      ObjectNode parameters = (ObjectNode) submit.path("parameters");
      parameters.put(
          "jsonBody",
          parameters
              .path("jsonBody")
              .asText()
              .replace("{ inputs:", "{ metadata: { mark: '" + mark + "' }, inputs:"));

      N8nExecution ended = n8n.awaitEnd(execute(workflow));

      assertThat(answer.isReached()).isTrue();
      assertPictures(CALLBACK, ended, ended.items("Fetch the picture").stream(), 1);
      assertThat(
              stage
                  .gateway()
                  .get("/jobs?metadata.mark=" + mark.replace(" ", "%20"))
                  .json()
                  .path("jobs"))
          .singleElement()
          .satisfies(
              job ->
                  assertThat(job.path("id"))
                      .isEqualTo(
                          ended.items("Fetch the picture").get(0).path("json").path("job_id")));
    }
  }
}
