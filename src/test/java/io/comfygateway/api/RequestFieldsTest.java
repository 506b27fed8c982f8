package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestFieldsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static ObjectNode request(String json) throws Exception {
    return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
  }

  private static RequestFields fields(String json) throws Exception {
    return new RequestFields(request(json));
  }

  private static void readAll(ObjectNode request) {
    RequestFields fields = new RequestFields(request);
    fields.priority();
    fields.timeout();
    fields.expiresIn();
    CallbackField.of(request);
    S3Field.of(request);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'s3':{'bucket':'x'}}                 | /s3/bucket          | s3.bucket is not a known field. Known fields: destination, prefix.",
        "{'s3':{'prefx':'x'}}                  | /s3/prefx           | did you mean \"prefix\"?",
        "{'s3':{'prefix':3}}                   | /s3/prefix          | must be text",
        "{'s3':{'prefix':'../x'}}              | /s3/prefix          | write it as a/b/",
        "{'s3':{'prefix':'{{ $json.id }}/'}}   | /s3/prefix          | not evaluated",
        "{'s3':{'destination':''}}             | /s3/destination     | s3.destination is empty",
        "{'callback':{'url':'https://a.example','header':{}}} | /callback/header | did you mean \"headers\"?",
        "{'callback':{'url':'https://a.example','a/b':1}}     | /callback/a~1b   | Known fields: events, format, headers, url.",
        "{'callback':{'url':''}}               | /callback/url       | callback.url is empty",
        "{'callback_url':' '}                  | /callback_url       | callback_url is empty. Leave it out",
        "{'callback_url':7}                    | /callback_url       | must be text",
        "{'callback_url':'={{ $execution.resumeUrl }}'} | /callback_url | from Fixed to Expression",
        "{'timeout':'3 minutes'}               | /timeout            | whole number of seconds from 1 to 604800",
        "{'expires_in':0}                      | /expires_in         | whole number of seconds from 1"
      })
  void what_is_wrong_is_said_at_its_field(String json, String pointer, String detail)
      throws Exception {
    ObjectNode request = request(json);

    Problem problem = catchThrowableOfType(Problem.class, () -> readAll(request));

    assertThat(problem.type()).isEqualTo(ProblemType.INVALID_INPUT);
    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly(pointer);
    assertThat(problem).hasMessageContaining(detail);
  }

  @Test
  void numbers_that_were_left_blank_are_left_out_and_those_in_text_are_taken() throws Exception {
    RequestFields blank = fields("{'priority':'','timeout':' ','expires_in':null}");
    RequestFields text = fields("{'priority':'-3','timeout':' 60 ','expires_in':'5'}");

    assertThat(blank.priority()).isZero();
    assertThat(blank.timeout()).isEmpty();
    assertThat(blank.expiresIn()).isEmpty();
    assertThat(text.priority()).isEqualTo(-3);
    assertThat(text.timeout()).contains(60);
    assertThat(text.expiresIn()).contains(5);
  }

  @Test
  void a_prefix_is_taken_letter_by_letter() throws Exception {
    assertThat(S3Field.of(request("{'s3':{'prefix':' a b/'}}")).orElseThrow().prefix())
        .isEqualTo(" a b/");
    assertThat(S3Field.of(request("{'s3':{'prefix':''}}")).orElseThrow().prefix()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "={{ $execution.resumeUrl }}, true",
    "{{ $json.url }}, true",
    "https://n8n.example/{{id}}, true",
    "https://n8n.example/{id}, false",
    "}} {{, false",
    "a {{ b, false"
  })
  void an_expression_that_nobody_evaluated_is_known_by_its_braces(String text, boolean is) {
    assertThat(Expressions.unevaluated("callback_url", text).isPresent()).isEqualTo(is);
  }
}
