package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that are refused, each with what is wrong and where. */
@SharedGateway
class RefusedSubmissionTest {
  private final Comfy comfy;
  private final TestGateway gateway;

  RefusedSubmissionTest(Comfy comfy, TestGateway gateway) {
    this.comfy = comfy;
    this.gateway = gateway;
  }

  @ParameterizedTest(name = "{0} {2} is {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          not JSON               | /webhook/smoke   | {{{                                                   | 400 | invalid-json           |
          a list                 | /webhook/smoke   | []                                                    | 400 | invalid-json           |
          no such workflow       | /webhook/nothing | {}                                                    | 404 | unknown-workflow       |
          no such version        | /webhook/smoke@9 | {}                                                    | 404 | unknown-workflow       |
          an input of no name    | /webhook/smoke   | {"inputs":{"widht":64}}                               | 422 | invalid-input          | /inputs/widht
          an input of a type     | /webhook/smoke   | {"inputs":{"width":"wide"}}                           | 422 | invalid-input          | /inputs/width
          an input out of range  | /webhook/smoke   | {"inputs":{"width":-4}}                               | 422 | invalid-input          | /inputs/width
          a required input       | /webhook/txt2img | {}                                                    | 422 | invalid-input          | /inputs/prompt
          a field of no name     | /webhook/smoke   | {"input":{}}                                          | 422 | invalid-input          | /input
          a seed                 | /webhook/smoke   | {"seed":"often"}                                      | 422 | invalid-input          | /seed
          a priority             | /webhook/smoke   | {"priority":101}                                      | 422 | invalid-input          | /priority
          a timeout              | /webhook/smoke   | {"timeout":0}                                         | 422 | invalid-input          | /timeout
          metadata               | /webhook/smoke   | {"metadata":[]}                                       | 422 | invalid-input          | /metadata
          a callback's format    | /webhook/smoke   | {"callback":{"url":"https://a.example","format":"x"}} | 422 | invalid-input          | /callback/format
          a callback's header    | /webhook/smoke   | {"callback":{"url":"https://a.example","headers":{"webhook-id":"1"}}} | 422 | invalid-input | /callback/headers/webhook-id
          a private callback     | /webhook/smoke   | {"callback_url":"http://10.0.0.1/"}                   | 403 | callback-not-allowed   | /callback_url
          a malformed callback   | /webhook/smoke   | {"callback_url":"localhost:5678/hook"}                | 422 | invalid-input          | /callback_url
          an expression as text  | /webhook/smoke   | {"callback_url":"={{ $execution.resumeUrl }}"}        | 422 | invalid-input          | /callback_url
          a callback's typo      | /webhook/smoke   | {"callback":{"url":"https://a.example","header":{}}}  | 422 | invalid-input          | /callback/header
          an S3 field            | /webhook/smoke   | {"s3":{"acl":"public-read"}}                          | 422 | invalid-input          | /s3/acl
          a graph as the body    | /webhook         | {"1":{"class_type":"EmptyImage","inputs":{}}}         | 422 | invalid-workflow       | ''
          the editor's file      | /webhook         | {"last_node_id":3,"nodes":[],"links":[]}              | 422 | invalid-workflow       | ''
          another product's body | /webhook         | {"input":{"workflow":{"1":{}}}}                       | 422 | invalid-input          | /input
          a text as the graph    | /webhook         | {"prompt":"a cat"}                                    | 422 | invalid-input          | /prompt
          no S3 here             | /webhook/smoke   | {"s3":{}}                                             | 422 | invalid-input          | /s3/destination
          no prompt              | /webhook         | {}                                                    | 422 | invalid-input          | /prompt
          editor format          | /webhook         | {"prompt":{"nodes":[],"links":[]}}                    | 422 | invalid-workflow       | /prompt
          no class_type          | /webhook         | {"prompt":{"1":{"inputs":{}}}}                        | 422 | invalid-workflow       | /prompt/1
          unknown class          | /webhook         | {"prompt":{"1":{"class_type":"NoSuchNode","inputs":{}}}} | 422 | invalid-workflow    | /prompt/1/class_type
          runs code              | /webhook         | {"prompt":{"1":{"class_type":"IDENode","inputs":{}}}} | 403 | node-not-allowed       | /prompt/1/class_type
          loads another's result | /webhook         | {"prompt":{"1":{"class_type":"LoadImage","inputs":{"image":"ComfyUI_00001_.png [output]"}}}} | 422 | invalid-workflow | /prompt/1/inputs/image
          loads another's view   | /webhook         | {"prompt":{"1":{"class_type":"LoadImage","inputs":{"image":"ComfyUI_00001_.png[temp]"}}}} | 422 | invalid-workflow | /prompt/1/inputs/image
          loads a result by path | /webhook         | {"prompt":{"1":{"class_type":"LoadImage","inputs":{"image":"../output/smoke_00001_.png"}}}} | 422 | invalid-workflow | /prompt/1/inputs/image
          loads any picture      | /webhook         | {"prompt":{"1":{"class_type":"LoadImage","inputs":{"image":"/etc/x.png"}}}} | 422 | invalid-workflow | /prompt/1/inputs/image
          loads by a link        | /webhook         | {"prompt":{"1":{"class_type":"LoadImage","inputs":{"image":["2",0]}},"2":{"class_type":"PrimitiveString","inputs":{"value":"../x"}}}} | 422 | invalid-workflow | /prompt/1/inputs/image
          saves elsewhere        | /webhook         | {"prompt":{"2":{"class_type":"SaveImage","inputs":{"filename_prefix":"../x"}}}} | 422 | invalid-workflow | /prompt/2/inputs/filename_prefix
          a way to answer        | /webhook/smoke?respond=fax | {}                                          | 400 | invalid-request        |
          """)
  void what_is_wrong_is_named_with_its_field(
      String what, String path, String body, int status, String type, String pointer) {
    Answer answer = gateway.post(path, body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    JsonNode problem = answer.json();
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("type").asText()).endsWith("/" + type);
    assertThat(problem.path("detail").asText()).isNotBlank();
    if (pointer != null) {
      assertThat(problem.path("errors").findValuesAsText("pointer")).contains(pointer);
    }
  }

  @Test
  void blank_fields_of_a_form_are_left_out_and_json_that_says_it_is_a_form_is_told_so() {
    Answer form = form("prompt=a+cat&width=&seed=&callback_url=&metadata=&negative_prompt=");
    Answer json = form("{\"inputs\":{\"prompt\":\"a=b&c\"}}");

    assertThat(form.status()).as(form.text()).isEqualTo(202);
    assertThat(json.status()).isEqualTo(415);
    assertThat(json.json().path("detail").asText()).contains("Content-Type: application/json");
  }

  private Answer form(String body) {
    return gateway.send(
        gateway
            .request("/webhook/txt2img", gateway.key())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body)));
  }

  @ParameterizedTest
  @CsvSource({
    "multipart/form-data, without a boundary, without a boundary",
    "multipart/form-data; boundary=Z, no end, cannot be read",
    "multipart/form-data; boundary=B, no end, cannot be read"
  })
  void a_form_that_is_cut_off_or_has_another_boundary_is_not_taken_for_a_shorter_one(
      String contentType, String few, String many) {
    String part = "--B\r\nContent-Disposition: form-data; name=\"width\"\r\n\r\n77\r\n--B";
    for (int parts : new int[] {1, 3_000}) {
      Answer answer =
          gateway.send(
              gateway
                  .request("/webhook/smoke", gateway.key())
                  .header("Content-Type", contentType)
                  .POST(BodyPublishers.ofString((part + "\r\n").repeat(parts - 1) + part)));

      assertThat(answer.status()).as(answer.text()).isEqualTo(400);
      assertThat(answer.json().path("detail").asText()).contains(parts == 1 ? few : many);
    }
  }

  @Test
  void an_idempotency_key_that_is_an_unevaluated_expression_is_refused() {
    Answer answer =
        gateway.post("/webhook/smoke", "{}", "Idempotency-Key", "{{ $execution.id }}-1");

    assertProblem(answer, 400);
    assertThat(answer.json().path("detail").asText()).contains("not evaluated");
  }

  @Test
  void who_has_no_key_or_a_wrong_one_is_asked_for_it() {
    for (String key : new String[] {"", "wrong-0123456789abcdef"}) {
      Answer answer = gateway.postWith("/webhook/smoke", key, "{}");
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
      assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }
    Answer bearer =
        gateway.send(
            gateway.request("/jobs", "").header("Authorization", "Bearer " + gateway.key()));
    assertThat(bearer.status()).isEqualTo(200);
  }

  @Test
  void other_paths_methods_types_and_sizes_are_answered_as_problems() {
    assertProblem(gateway.get("/nothing/here"), 404);
    Answer method =
        gateway.send(gateway.request("/jobs", gateway.key()).PUT(BodyPublishers.noBody()));
    assertProblem(method, 405);
    assertThat(method.header("Allow")).contains("GET");
    Answer opened = gateway.get("/webhook/txt2img");
    assertProblem(opened, 405);
    assertThat(opened.json().path("detail").asText())
        .isEqualTo("GET is not allowed here. Send POST instead.");
    assertProblem(
        gateway.send(
            gateway
                .request("/webhook/smoke", gateway.key())
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofString("a,b"))),
        415);
    assertProblem(gateway.get("/jobs/" + UUID.randomUUID()), 404);
    assertProblem(
        gateway.get("/jobs/" + URLEncoder.encode("not an id", StandardCharsets.UTF_8)), 404);
    assertProblem(gateway.get("/jobs?limit=0"), 400);
  }

  private static void assertProblem(Answer answer, int status) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
  }
}
