package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.simulator.Faults;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every template in a real n8n with one row, with three and with none, in a loop, and twice in one
 * workflow. The executions of a test run at the same time.
 */
class N8nRowsTest extends InN8nTemplates {
  private static final String LOOP = "11-rows-in-a-loop.json";
  private static final String ONE_BATCH = "12-rows-in-one-batch.json";

  /** The node of each template at which its files are, or the links to them. */
  private static final Map<String, String> ENDS =
      new TreeMap<>(
          Map.of(
              CALLBACK,
              "Fetch the picture",
              POLLING,
              "Fetch the picture",
              ONE_NODE,
              "Make a picture",
              BATCH,
              "Fetch the pictures",
              "07-result-in-s3.json",
              "Result",
              "10-from-comfyui-api.json",
              "Fetch the picture",
              LOOP,
              "Pictures",
              ONE_BATCH,
              "Fetch the pictures"));

  /** How a workflow is changed before it is run. */
  private interface Change {
    void of(String template, ObjectNode workflow);
  }

  private Map<String, N8nExecution> executeAll(Iterable<String> templates, Change change)
      throws Exception {
    Map<String, String> started = new TreeMap<>();
    for (String template : templates) {
      ObjectNode workflow = workflow(template, Map.of());
      change.of(template, workflow);
      started.put(template, execute(workflow));
    }
    Map<String, N8nExecution> ended = new TreeMap<>();
    started.forEach((template, execution) -> ended.put(template, n8n.awaitEnd(execution)));
    return ended;
  }

  @Test
  void one_row_is_one_picture() throws Exception {
    executeAll(ENDS.keySet(), (template, workflow) -> N8nChanges.rows(workflow, 1))
        .forEach(
            (template, execution) ->
                assertPictures(
                    template, execution, execution.items(ENDS.get(template)).stream(), 1));
  }

  @Test
  void three_rows_are_three_pictures_or_an_error_that_says_which_template_takes_them()
      throws Exception {
    executeAll(ENDS.keySet(), (template, workflow) -> N8nChanges.rows(workflow, 3))
        .forEach(
            (template, execution) -> {
              if (takesRows(template)) {
                assertPictures(
                    template, execution, execution.items(ENDS.get(template)).stream(), 3);
              } else {
                assertThat(execution.status()).as(template).isEqualTo("error");
                assertThat(execution.error()).contains("takes one row, and 3 came in");
                assertThat(execution.runs("Submit")).isZero();
              }
            });
  }

  @Test
  void no_row_is_no_picture_and_no_error() throws Exception {
    executeAll(ENDS.keySet(), (template, workflow) -> N8nChanges.rows(workflow, 0))
        .forEach(
            (template, execution) -> {
              assertThat(execution.status()).as(template).isEqualTo("success");
              assertThat(execution.lastNode()).as(template).isEqualTo("Rows");
            });
  }

  @Test
  void each_round_of_a_loop_has_pictures_of_its_own() throws Exception {
    executeAll(
            ENDS.keySet(),
            (template, workflow) -> {
              if (hasRows(template)) {
                N8nChanges.rows(workflow, 2);
              }
              N8nChanges.loop(workflow, ENDS.get(template), 3);
            })
        .forEach(
            (template, execution) ->
                assertPictures(
                    template,
                    execution,
                    execution.items("All").stream(),
                    hasRows(template) ? 6 : 3));
  }

  @Test
  void two_of_a_kind_in_one_workflow_have_pictures_of_their_own() throws Exception {
    executeAll(
            ENDS.keySet(),
            (template, workflow) -> {
              if (hasRows(template)) {
                N8nChanges.rows(workflow, 2);
              }
              N8nChanges.twice(workflow, ENDS.get(template));
            })
        .forEach(
            (template, execution) -> {
              String end = ENDS.get(template);
              assertPictures(
                  template,
                  execution,
                  Stream.concat(
                      execution.items(end).stream(),
                      execution.items(end + N8nChanges.COPY).stream()),
                  hasRows(template) ? 4 : 2);
            });
  }

  @Test
  void all_pictures_of_one_job_are_fetched() throws Exception {
    Map<String, String> started = new TreeMap<>();
    for (String template : List.of(CALLBACK, POLLING, BATCH, LOOP, ONE_BATCH)) {
      ObjectNode workflow =
          workflow(
              template,
              Map.of("inputs", Map.of("prompt", "x", "width", 64, "height", 64, "batch_size", 3)));
      if (hasRows(template)) {
        N8nChanges.rows(workflow, 1);
      }
      started.put(template, execute(workflow));
    }

    started.forEach(
        (template, execution) -> {
          N8nExecution ended = n8n.awaitEnd(execution);
          assertPictures(template, ended, ended.items(ENDS.get(template)).stream(), 3);
        });
  }

  @Test
  void a_refused_row_and_a_failed_one_stop_no_other_and_are_done_again_alone() throws Exception {
    String rows = "return [{ prompt: 'a' }, { prompt: '%s' }, { prompt: 'c' }];";
    List<String> templates = List.of(BATCH, LOOP, ONE_BATCH);
    // In each of them one of the two good rows fails.
    Map<String, N8nExecution> first = new TreeMap<>();
    for (String template : templates) {
      stage.comfy().faults().failNextPrompts(1, Faults.Kind.ERROR);
      first.putAll(
          executeAll(
              List.of(template), (t, workflow) -> write(workflow, rows, "x".repeat(TOO_LONG))));
    }
    first.forEach(
        (template, execution) -> {
          assertPictures(template, execution, execution.items(ENDS.get(template)).stream(), 1);
          Map<String, String> reasons =
              execution.allItems("Failed rows").stream()
                  .map(item -> item.path("json"))
                  .collect(
                      Collectors.toMap(
                          row -> row.path("row").asText(), row -> row.path("reason").asText()));
          assertThat(reasons).hasSize(2);
          assertThat(reasons.get("2")).contains("at most 4000");
          assertThat(reasons.values())
              .anySatisfy(text -> assertThat(text).contains("told to fail"));
          assertThat(execution.longestMs("Submit")).isLessThan(TRIED_AGAIN_MS);
        });

    Map<String, String> again = new TreeMap<>();
    for (String template : templates) {
      Set<String> only =
          first.get(template).allItems("Failed rows").stream()
              .map(item -> item.path("json").path("row").asText())
              .collect(Collectors.toSet());
      ObjectNode workflow = workflow(template, Map.of("only", only));
      write(workflow, rows, "b");
      again.put(template, execute(workflow));
    }
    again.forEach(
        (template, execution) -> {
          N8nExecution ended = n8n.awaitEnd(execution);
          assertPictures(template, ended, ended.items(ENDS.get(template)).stream(), 2);
        });
  }

  private static void write(ObjectNode workflow, String rows, String second) {
    ((ObjectNode) N8nEditor.node(workflow, "Rows").path("parameters"))
        .put("jsCode", rows.formatted(second));
  }

  @Test
  void a_template_is_a_sub_workflow_of_another_that_loops_over_its_rows() throws Exception {
    Map<String, String> started = new TreeMap<>();
    for (String template : List.of(CALLBACK, POLLING)) {
      ObjectNode called = workflow(template, Map.of("inputs", "={{ $json.inputs }}"));
      ObjectNode trigger = N8nEditor.node(called, N8nEditor.MANUAL);
      trigger.put("type", "n8n-nodes-base.executeWorkflowTrigger").put("typeVersion", 1.1);
      trigger.putObject("parameters").put("inputSource", "passthrough");
      n8n.save(called);

      ObjectNode caller = n8n.importWorkflow(callerOf(N8nEditor.id(called)));
      started.put(template, execute(caller));
    }

    started.forEach(
        (template, execution) -> {
          N8nExecution ended = n8n.awaitEnd(execution);
          assertPictures(template, ended, ended.items("All").stream(), 3);
        });
  }

  private static ObjectNode callerOf(String workflow) {
    ObjectNode caller = N8nChanges.empty("Caller of " + workflow);
    ObjectNode draw = N8nChanges.add(caller, "Draw", "executeWorkflow", 1.2);
    draw.putObject("workflowId").put("__rl", true).put("mode", "id").put("value", workflow);
    draw.putObject("workflowInputs").put("mappingMode", "defineBelow").putObject("value");
    draw.putObject("options").put("waitForSubWorkflow", true);
    N8nChanges.connect(caller, N8nEditor.MANUAL, "Draw");
    N8nChanges.loop(caller, "Draw", 3);
    ((ObjectNode) N8nEditor.node(caller, "Rounds").path("parameters"))
        .put(
            "jsCode",
            IntStream.rangeClosed(1, 3)
                .mapToObj(i -> "{ inputs: { prompt: 'x', width: 64, height: 64 } }")
                .collect(Collectors.joining(", ", "return [", "];")));
    return caller;
  }
}
