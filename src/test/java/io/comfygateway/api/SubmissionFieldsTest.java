package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubmissionFieldsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final Workflow workflow =
      new WorkflowLibrary(Path.of("workflows")).find("txt2img").orElseThrow();

  private static ObjectNode json(String text) throws Exception {
    return (ObjectNode) JSON.readTree(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'prompt':'a cat'}                              | {'inputs':{'prompt':'a cat'}}",
        "{'prompt':'a cat','width':'512','priority':3}   | {'priority':3,'inputs':{'prompt':'a cat','width':'512'}}",
        "{'inputs':{'prompt':'a cat'},'width':64}        | {'inputs':{'prompt':'a cat','width':64}}",
        "{'inputs':null,'prompt':'a cat'}                | {'inputs':{'prompt':'a cat'}}",
        "{'inputs':{'prompt':'a cat'},'seed':7}          | {'inputs':{'prompt':'a cat'},'seed':7}",
        "{'inputs':['x'],'width':64}                     | {'inputs':['x']}",
        "{}                                              | {}"
      })
  void top_level_fields_that_are_inputs_of_the_workflow_are_inputs(String body, String fields)
      throws Exception {
    JsonNode read = SubmissionFields.ofWorkflow(json(body.replace('\'', '"')), workflow);

    assertThat(read).isEqualTo(json(fields.replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'promt':'a cat'}                     | /promt    | did you mean \"prompt\"?",
        "{'callback_ur':'x'}                   | /callback_ur | did you mean \"callback_url\"?",
        "{'a/b~c':1}                           | /a~1b~0c  | Inputs of this workflow: [prompt",
        "{'wait':30}                           | /wait     | Prefer: wait=30",
        "{'idempotency_key':'x'}               | /idempotency_key | the header Idempotency-Key",
        "{'prompt':'a','inputs':{'prompt':'b'}} | /prompt  | here and in inputs",
        "{'prompt':{'1':{'class_type':'A'}}}   | /prompt   | to POST /webhook",
        "{'1':{'class_type':'A','inputs':{}}}  | ''        | Send it as {\"prompt\"",
        "{'nodes':[],'links':[],'version':0.4} | ''        | Export (API)",
        "{'input':{'workflow':{}}}             | /input    | input.workflow",
        "{'input':{'prompt':'a cat'}}          | /input    | Send its values in inputs",
        "{'workflow':{'1':{}}}                 | /workflow | named in the URL"
      })
  void what_is_no_field_is_refused_with_what_to_send_instead(
      String body, String pointer, String detail) throws Exception {
    ObjectNode given = json(body.replace('\'', '"'));

    Problem problem =
        catchThrowableOfType(Problem.class, () -> SubmissionFields.ofWorkflow(given, workflow));

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly(pointer);
    assertThat(problem).hasMessageContaining(detail);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'prompt':'a cat'} | There is no field prompt. Inputs of this workflow",
        "{'step':2}         | did you mean \"steps\"? Inputs of this workflow",
        "{'denoise':2}      | see GET /workflows/plain."
      })
  void what_is_no_input_of_a_workflow_without_names_is_refused_with_what_its_inputs_are(
      String body, String detail, @TempDir Path folder) throws Exception {
    Files.writeString(
        folder.resolve("plain.json"),
        "{\"3\":{\"class_type\":\"KSampler\",\"inputs\":{\"steps\":20,\"cfg\":7}}}");
    Workflow plain = new WorkflowLibrary(folder).find("plain").orElseThrow();
    ObjectNode given = json(body.replace('\'', '"'));

    Problem problem =
        catchThrowableOfType(Problem.class, () -> SubmissionFields.ofWorkflow(given, plain));

    assertThat(problem).hasMessageContaining(detail);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'steps':2,'seed':7}      | {'seed':7,'inputs':{'steps':2}}",
        "{'KSampler.cfg':2}        | {'inputs':{'KSampler.cfg':2}}",
        "{'cfg':2,'inputs':{'steps':3}} | {'inputs':{'steps':3,'cfg':2}}"
      })
  void names_that_are_derived_may_be_at_the_top_level_too(
      String body, String fields, @TempDir Path folder) throws Exception {
    Files.writeString(
        folder.resolve("plain.json"),
        "{\"3\":{\"class_type\":\"KSampler\",\"inputs\":{\"steps\":20,\"cfg\":7,\"seed\":1}}}");
    Workflow plain = new WorkflowLibrary(folder).find("plain").orElseThrow();

    ObjectNode given = json(body.replace('\'', '"'));

    assertThat(SubmissionFields.ofWorkflow(given, plain))
        .isEqualTo(json(fields.replace('\'', '"')));
    assertThat(SubmissionFields.gathered(given, plain)).isEqualTo(json(fields.replace('\'', '"')));
  }

  @Test
  void fields_that_nobody_reads_are_named_together_wherever_they_stand() throws Exception {
    ObjectNode given =
        json("{\"promt\":1,\"s3\":{\"acl\":1},\"callback\":{\"url\":\"x\",\"header\":1}}");

    Problem problem =
        catchThrowableOfType(Problem.class, () -> SubmissionFields.ofWorkflow(given, workflow));

    assertThat(problem.faults())
        .extracting(Fault::pointer)
        .containsExactly("/promt", "/callback/header", "/s3/acl");
  }

  @Test
  void a_graph_or_a_file_of_the_editor_as_the_body_is_told_how_to_wrap_it() throws Exception {
    for (String body :
        new String[] {
          "{\"3\":{\"class_type\":\"KSampler\"},\"4\":{\"class_type\":\"X\"}}",
          "{\"last_node_id\":9,\"nodes\":[{}],\"links\":[]}"
        }) {
      Problem problem =
          catchThrowableOfType(Problem.class, () -> SubmissionFields.require(json(body)));

      assertThat(problem)
          .hasMessageContaining("{\"prompt\": <")
          .hasMessageContaining("POST /webhook");
      assertThat(problem.faults()).hasSize(1);
    }
  }

  @Test
  void derived_names_at_the_top_are_inputs_as_well(@TempDir Path folder) throws Exception {
    Files.copy(Path.of("workflows/txt2img.json"), folder.resolve("bare.json"));
    Workflow bare = new WorkflowLibrary(folder).find("bare").orElseThrow();

    JsonNode read =
        SubmissionFields.ofWorkflow(
            json("{\"prompt\":\"a cat\",\"width\":64,\"KSampler.steps\":3}"), bare);

    assertThat(read)
        .isEqualTo(json("{\"inputs\":{\"prompt\":\"a cat\",\"width\":64,\"KSampler.steps\":3}}"));
  }

  @Test
  void a_body_of_many_unknown_names_gets_an_answer_of_a_hundred_short_faults() throws Exception {
    ObjectNode body = JSON.createObjectNode();
    for (int i = 0; i < 5_000; i++) {
      body.put(i + "x".repeat(900), i);
    }

    Problem problem = catchThrowableOfType(Problem.class, () -> SubmissionFields.require(body));

    assertThat(problem.faults()).hasSize(Problem.MOST_FAULTS);
    assertThat(problem.getMessage()).hasSizeLessThan(500);
  }
}
