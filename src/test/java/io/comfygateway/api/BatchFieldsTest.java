package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchFieldsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static BatchFields fields(String json) throws Exception {
    return new BatchFields((ObjectNode) JSON.readTree(json.replace('\'', '"')), 3);
  }

  private static void readAll(BatchFields fields) {
    fields.requireKnown();
    fields.takesValidOnly();
    fields.callback();
    int rows = fields.rows();
    for (int place = 0; place < rows; place++) {
      fields.row(place);
      fields.workflow(place);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'jobs':[]}                             | /jobs      | at least one job",
        "{'jobs':{}}                             | /jobs      | at least one job",
        "{}                                      | /jobs      | at least one job",
        "{'jobs':[{},{},{},{}]}                  | /jobs      | GATEWAY_BATCH_MAX_JOBS",
        "{'jobs':[{}],'acept':'valid'}           | /acept     | did you mean \"accept\"?",
        "{'jobs':[{}],'accept':'some'}           | /accept    | \"all\"",
        "{'jobs':[{}],'prompt':'a cat'}          | /prompt    | set workflow in the batch",
        "{'jobs':[{}],'prompt':{},'workflow':'x'} | /prompt   | send one of the two",
        "{'jobs':[{}],'workflow':7}              | /workflow  | the name of a workflow",
        "{'jobs':[{}],'callback':{'url':'https://a.example','format':'binary'}} | /callback/format | links to all outputs",
        "{'jobs':[{}],'callback':{'url':'https://a.example','events':['running']}} | /callback/events | has the events succeeded"
      })
  void what_is_wrong_with_a_batch_is_said_at_its_field(String json, String pointer, String detail)
      throws Exception {
    BatchFields fields = fields(json);

    Problem problem = catchThrowableOfType(Problem.class, () -> readAll(fields));

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly(pointer);
    assertThat(problem).hasMessageContaining(detail);
  }

  @Test
  void unknown_fields_at_the_top_in_s3_and_in_the_callback_are_named_together() throws Exception {
    BatchFields fields =
        fields("{'jobs':[{}],'acept':'valid','s3':{'acl':1},'callback':{'url':'x','header':{}}}");

    Problem problem = catchThrowableOfType(Problem.class, fields::requireKnown);

    assertThat(problem.faults())
        .extracting(Fault::pointer)
        .containsExactly("/acept", "/callback/header", "/s3/acl");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'seed':7,'priority':2          | {'priority':1}               | {'seed':7,'priority':1}",
        "'inputs':{'w':1,'h':2}         | {'inputs':{'h':3}}           | {'inputs':{'w':1,'h':3}}",
        "'inputs':{'w':1,'h':2}         | {'h':3}                      | {'h':3,'inputs':{'w':1}}",
        "'inputs':{'seed':1}            | {'seed':2}                   | {'seed':2,'inputs':{'seed':1}}",
        "'inputs':{'prompt':'x','w':1}  | {'prompt':'y'}               | {'prompt':'y','inputs':{'w':1}}",
        "'inputs':{'w':1}               | {'inputs':null}              | {'inputs':{'w':1}}",
        "'inputs':{'w':1}               | {'inputs':7}                 | {'inputs':7}",
        "'workflow':'a'                 | {'workflow':'b','w':1}       | {'w':1}",
        "'prompt':{'1':{}}              | {}                           | {'prompt':{'1':{}}}",
        "'prompt':{'1':{}}              | {'workflow':'b'}             | {}",
        "'metadata':{'a':1}             | {'metadata':{'b':2}}         | {'metadata':{'b':2}}",
        "'metadata':{'a':1}             | {}                           | {}"
      })
  void a_row_has_what_all_rows_have_unless_it_says_otherwise(String shared, String row, String made)
      throws Exception {
    BatchFields fields = fields("{" + shared + ",'jobs':[" + row + "]}");

    assertThat(fields.row(0)).isEqualTo(JSON.readTree(made.replace('\'', '"')));
  }

  @Test
  void rows_that_name_no_workflow_and_bring_no_graph_run_the_graph_of_all() throws Exception {
    BatchFields fields =
        fields("{'prompt':{'1':{}},'jobs':[{},{'workflow':'b'},{'prompt':{}},{'seed':1},7]}");

    assertThat(fields.rowsWithSharedGraph()).isEqualTo(2);
    assertThat(fields("{'workflow':'a','jobs':[{}]}").rowsWithSharedGraph()).isZero();
  }

  @Test
  void a_row_names_its_workflow_or_brings_a_graph_or_has_that_of_all() throws Exception {
    BatchFields fields =
        fields("{'workflow':'a','jobs':[{},{'workflow':'b'},{'prompt':{'1':{}}}]}");

    assertThat(fields.workflow(0)).contains("a");
    assertThat(fields.workflow(1)).contains("b");
    assertThat(fields.workflow(2)).isEmpty();
  }
}
