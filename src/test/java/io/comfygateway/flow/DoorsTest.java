package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.simulator.Faults;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers of other products, who get from the gateway what they are used to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoorsTest {
  private static final String KEY = TestGateway.KEY;
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};
  private static final Path PICTURE = Path.of("src/test/resources/images/rgb-37x23.png");
  private static final String IMAGES = "/v1/images/generations";
  private static final String CAT = "{\"model\":\"txt2img\",\"prompt\":\"a cat\"}";
  private Comfy comfy;
  private TestGateway gateway;

  @BeforeAll
  void start(@TempDir Path data, @TempDir Path workflows) throws IOException {
    addWorkflows(workflows);
    comfy = Comfy.start();
    Map<String, String> settings = new HashMap<>();
    settings.put("gateway.doors", "comfy-pack,modal,openai");
    settings.put("gateway.door.openai-models", "gpt-image-1=txt2img,dall-e-3=nowhere");
    settings.put("gateway.workflows-dir", workflows.toString());
    settings.put("gateway.door.wait-max-seconds", "2");
    settings.put("gateway.door.base64-max-bytes", "20000000");
    settings.put("gateway.max-body-bytes", "1000000");
    settings.put(
        "gateway.api-keys",
        "alice:%s:run+raw,bob:%s:run+raw,boss:%s:admin"
            .formatted(KEY, TestGateway.OTHER_KEY, TestGateway.ADMIN_KEY));
    settings.put("gateway.metrics", "open");
    settings.put("gateway.auth.failures-per-minute", "100000");
    gateway = TestGateway.start(data, comfy.url(), settings).ready();
    assertThat(gateway.server().routeFaults()).isEmpty();
  }

  /** Those that are shipped, and one with a mask, which its second output shows. */
  private static void addWorkflows(Path folder) throws IOException {
    for (String name : List.of("smoke", "txt2img", "img2img")) {
      for (String ending : List.of(".yaml", ".json")) {
        Files.copy(Path.of("workflows", name + ending), folder.resolve(name + ending));
      }
    }
    ObjectMapper json = new ObjectMapper();
    ObjectNode graph = (ObjectNode) json.readTree(folder.resolve("img2img.json").toFile());
    graph.set(
        "90",
        json.readTree(
            "{\"class_type\":\"LoadImage\",\"inputs\":{\"image\":\"mask.png\"},\"_meta\":{\"title\":\"Mask\"}}"));
    graph.set(
        "91",
        json.readTree(
            "{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"90\",0],\"filename_prefix\":\"mask\"}}"));
    json.writeValue(folder.resolve("inpaint.json").toFile(), graph);
    Files.writeString(
        folder.resolve("inpaint.yaml"),
        Files.readString(folder.resolve("img2img.yaml"))
            .replace("inputs:\n", "inputs:\n  mask: {node: Mask, field: image, type: image}\n"));
  }

  @AfterEach
  void heal() {
    comfy.heal();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  private static byte[] decoded(JsonNode answer, int index) {
    return Base64.getDecoder().decode(answer.at("/data/" + index + "/b64_json").asText());
  }

  private int jobs() {
    return gateway.get("/jobs?limit=200").json().path("jobs").size();
  }

  private Answer form(String path, FormBody form) {
    return gateway.send(
        gateway
            .request(path, KEY)
            .header("Content-Type", form.contentType())
            .POST(BodyPublishers.ofByteArray(form.bytes())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/modal/smoke", "/comfy-pack/smoke/generate"})
  void inputs_come_in_and_the_bytes_of_the_picture_go_out(String path) {
    Answer picture = gateway.post(path, "{\"width\":64,\"height\":64}");

    assertThat(picture.status()).as(picture.text()).isEqualTo(200);
    assertThat(picture.header("content-type")).isEqualTo("image/png");
    assertThat(picture.bytes()).startsWith(PNG);
  }

  @Test
  void comfy_pack_takes_files_in_a_form() throws Exception {
    Answer picture =
        form(
            "/comfy-pack/img2img/generate",
            new FormBody()
                .field("prompt", "a harbour")
                .file("image", "cat.png", "image/png", Files.readAllBytes(PICTURE)));

    assertThat(picture.status()).as(picture.text()).isEqualTo(200);
    assertThat(picture.bytes()).startsWith(PNG);
  }

  @Test
  void a_caller_cannot_add_fields_of_a_request_to_the_inputs() {
    Answer answer =
        gateway.post("/modal/smoke", "{\"width\":64,\"callback_url\":\"http://127.0.0.1:1/x\"}");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().path("detail").asText()).contains("callback_url");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer %s", "Key %s", "key %s", "Token %s", "%s"})
  void a_door_takes_the_key_in_any_scheme(String scheme) {
    HttpRequest.Builder request =
        gateway.request("/v1/models", "").header("Authorization", scheme.formatted(KEY));

    assertThat(gateway.send(request).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Key %s", "Token %s", "%s"})
  void the_gateways_own_operations_do_not(String scheme) {
    HttpRequest.Builder request =
        gateway.request("/workflows", "").header("Authorization", scheme.formatted(KEY));

    assertThat(gateway.send(request).status()).isEqualTo(401);
  }

  @Test
  void a_large_body_is_read_for_a_key_in_a_doors_scheme() {
    String large = "{\"model\":\"txt2img\",\"prompt\":\"a cat\",\"x\":\"" + "x".repeat(200_000);
    HttpRequest.Builder request =
        gateway
            .request(IMAGES, "")
            .header("Authorization", "Key " + KEY)
            .POST(BodyPublishers.ofString(large + "\"}"));

    Answer answer = gateway.send(request);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  @Test
  void images_come_as_base64() {
    Answer answer =
        gateway.post(
            IMAGES,
            "{\"model\":\"gpt-image-1\",\"prompt\":\"a cat\",\"size\":\"512x256\",\"n\":2}");

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("application/json");
    assertThat(answer.json().path("created").isInt()).as("no 1.79E9").isTrue();
    assertThat(answer.json().path("data")).hasSize(2);
    assertThat(decoded(answer.json(), 0)).startsWith(PNG);
    assertThat(decoded(answer.json(), 1)).startsWith(PNG);
  }

  @Test
  void each_image_is_a_job_where_the_workflow_makes_one_at_a_time() throws Exception {
    int before = jobs();
    Answer answer =
        form(
            "/v1/images/edits",
            new FormBody()
                .field("model", "img2img")
                .field("prompt", "a harbour")
                .field("n", "3")
                .file("image[]", "cat.png", "image/png", Files.readAllBytes(PICTURE)));

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("data")).hasSize(3);
    assertThat(jobs()).isEqualTo(before + 3);
  }

  @Test
  void images_come_as_signed_links_where_that_is_asked_for() {
    Answer answer = gateway.post(IMAGES, CAT.replace("}", ",\"response_format\":\"url\"}"));

    String url = answer.json().at("/data/0/url").asText();
    String path = url.substring(url.indexOf("/jobs/"));
    assertThat(gateway.send(gateway.request(path, "")).bytes()).startsWith(PNG);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"model":"txt2img"}                                   | 422 | prompt | prompt is missing
          {"prompt":"x"}                                        | 422 | model  | model is missing
          {"model":["a"],"prompt":"x"}                          | 422 | model  | model is missing
          {"model":"txt2img","prompt":7}                        | 422 | prompt | it is a text
          {"model":"txt2img","prompt":"x","size":"big"}         | 422 | size   | 1024x1024
          {"model":"txt2img","prompt":"x","size":[1]}           | 422 | size   | 1024x1024
          {"model":"txt2img","prompt":"x","size":"9x9"}         | 422 | width  | 64
          {"model":"txt2img","prompt":"x","n":11}               | 422 | n      | 1 to 10
          {"model":"txt2img","prompt":"x","n":{}}               | 422 | n      | 1 to 10
          {"model":"txt2img","prompt":"x","stream":true}        | 422 | stream | not streamed
          {"model":"txt2img","prompt":"x","image":"x"}          | 422 | image  | takes 0 images
          {"model":"smoke","prompt":"x"}                        | 422 | model  | no input prompt
          {"model":"nothing","prompt":"x"}                      | 404 |        | nothing
          {"model":"txt2img","prompt":"x"                       | 400 |        | JSON
          [1]                                                   | 400 |        | JSON object
          """)
  void what_is_wrong_is_said_in_openais_shape(
      String body, int status, String param, String message) {
    int before = jobs();
    Answer answer = gateway.post(IMAGES, body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    JsonNode error = answer.json().path("error");
    assertThat(error.path("message").asText()).contains(message);
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.path("param").asText()).isEqualTo(param == null ? "null" : param);
    assertThat(jobs()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"GET,/v1/nothing,404", "POST,/v1/models,404", "GET,/v1/images/generations,404"})
  void paths_and_methods_that_are_not_there_are_said_in_openais_shape(
      String method, String path, int status) {
    Answer answer =
        gateway.send(gateway.request(path, KEY).method(method, BodyPublishers.noBody()));

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.json().at("/error/message").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/images/generations,     /error/message",
    "/comfy-pack/smoke/generate, /error",
    "/modal/smoke,               /detail"
  })
  void a_body_that_is_too_large_is_refused_in_the_shape_of_the_door(String path, String pointer) {
    Answer answer = gateway.post(path, "{\"prompt\":\"" + "x".repeat(1_100_000) + "\"}");

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.json().at(pointer).asText()).contains("gateway.max-body-bytes");
  }

  @Test
  void a_job_that_failed_is_told_and_not_to_be_retried() {
    comfy.faults().failNextPrompts(1, Faults.Kind.ERROR);
    Answer answer = gateway.post(IMAGES, CAT);

    assertThat(answer.status()).as(answer.text()).isEqualTo(500);
    assertThat(answer.json().at("/error/type").asText()).isEqualTo("server_error");
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("job_failed");
    assertThat(answer.header("x-should-retry")).isEqualTo("false");
  }

  @Test
  void a_retry_gets_the_job_of_the_first_try() {
    String body = "{\"model\":\"txt2img\",\"prompt\":\"a slow cat\"}";
    comfy.hold();
    int before = jobs();
    Answer late = gateway.post(IMAGES, body);
    assertThat(late.status()).isEqualTo(504);
    assertThat(late.json().at("/error/code").asText()).isEqualTo("job_not_ready");

    CompletableFuture<Answer> retry =
        CompletableFuture.supplyAsync(
            () -> gateway.post(IMAGES, body, "x-stainless-retry-count", "1"));
    comfy.release();

    assertThat(retry.join().status()).isEqualTo(200);
    assertThat(jobs()).isEqualTo(before + 1);
    // What was answered is over: the same request is a new one.
    gateway.post(IMAGES, body);
    assertThat(jobs()).isEqualTo(before + 2);
  }

  @Test
  void a_retry_finds_no_job_of_another_caller() {
    String body = "{\"model\":\"txt2img\",\"prompt\":\"a cat of alice\"}";
    comfy.hold();
    gateway.post(IMAGES, body);
    int before = jobs();
    CompletableFuture<Answer> retry =
        CompletableFuture.supplyAsync(
            () ->
                gateway.postWith(
                    IMAGES, TestGateway.OTHER_KEY, body, "x-stainless-retry-count", "1"));
    comfy.release();

    assertThat(retry.join().status()).isEqualTo(200);
    assertThat(jobs()).isEqualTo(before);
    assertThat(gateway.getWith("/jobs", TestGateway.OTHER_KEY).json().path("jobs")).hasSize(1);
  }

  @Test
  void the_models_are_the_workflows_with_a_prompt_and_their_names() {
    JsonNode models = gateway.get("/v1/models").json().path("data");

    assertThat(models.findValuesAsText("id")).contains("txt2img", "img2img", "gpt-image-1");
    assertThat(models.findValuesAsText("id")).doesNotContain("smoke", "dall-e-3");
  }

  @Test
  void the_document_lists_the_operations_under_a_tag_of_their_own() {
    JsonNode document = gateway.get("/openapi.json").json();

    assertThat(document.at("/paths/~1v1~1images~1generations/post/tags/0").asText())
        .isEqualTo("Door: openai");
    assertThat(document.path("tags").findValuesAsText("name"))
        .contains("Door: openai", "Door: modal", "Door: comfy-pack");
  }

  @Test
  void a_header_takes_no_parameters_place() {
    Answer answer =
        gateway.post("/modal/smoke", "{\"width\":64,\"height\":64}", "workflow", "nothing");

    assertThat(answer.status()).isEqualTo(200);
  }

  private JsonNode client(String key, String... call) throws Exception {
    Path folder = Installed.packages("openai");
    List<String> command =
        new ArrayList<>(
            List.of(
                folder.resolve("node").toString(),
                "src/test/packages/openai/client.mjs",
                folder.toString(),
                gateway.url() + "/v1",
                key));
    command.addAll(List.of(call));
    Process node =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor()).as(out).isZero();
    return new ObjectMapper().readTree(out);
  }

  private JsonNode client(String call) throws Exception {
    return client(KEY, call, PICTURE.toString());
  }

  @ParameterizedTest
  @CsvSource({"generate, 2", "edit, 1", "editOne, 1", "editMask, 2"})
  void the_client_of_openai_gets_images(String call, int images) throws Exception {
    JsonNode came = client(call);

    assertThat(came.path("value")).as(came.toString()).hasSize(images);
    for (JsonNode image : came.path("value")) {
      assertThat(Base64.getDecoder().decode(image.path("b64_json").asText())).startsWith(PNG);
    }
  }

  @Test
  void the_client_of_openai_gets_links_and_models() throws Exception {
    assertThat(client("link").at("/value/0/url").asText()).startsWith(gateway.url() + "/jobs/");
    assertThat(client("models").path("value")).hasSizeGreaterThan(2);
  }

  @ParameterizedTest
  @CsvSource({
    "size,  UnprocessableEntityError, 422, 1024x1024",
    "model, NotFoundError,            404, no-such-model"
  })
  void the_client_of_openai_says_what_is_wrong(String call, String type, int status, String message)
      throws Exception {
    JsonNode came = client(call);

    assertThat(came.path("class").asText()).as(came.toString()).isEqualTo(type);
    assertThat(came.path("status").asInt()).isEqualTo(status);
    assertThat(came.path("message").asText()).contains(message);
    assertThat(came.path("sent")).hasSize(1);
  }

  @Test
  void the_client_of_openai_says_that_the_key_is_wrong() throws Exception {
    JsonNode came = client("no-such-key", "models");

    assertThat(came.path("class").asText()).isEqualTo("AuthenticationError");
    assertThat(came.path("code").asText()).isEqualTo("invalid_api_key");
  }

  @Test
  void the_client_of_openai_does_not_repeat_a_job_that_failed() throws Exception {
    comfy.faults().failNextPrompts(1, Faults.Kind.ERROR);
    JsonNode came = client("link");

    assertThat(came.path("sent").toString()).isEqualTo("[500]");
    assertThat(came.path("message").asText()).contains("has failed");
  }

  @Test
  void the_retries_of_the_client_of_openai_make_no_second_job() throws Exception {
    comfy.hold();
    int before = jobs();
    double refused = answered(504);
    CompletableFuture<JsonNode> late =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client("link");
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            });
    Awaitility.await().until(() -> answered(504) > refused);
    comfy.release();

    assertThat(late.join().path("sent").toString()).isEqualTo("[504,200]");
    assertThat(jobs()).isEqualTo(before + 1);
  }

  private double answered(int status) {
    return gateway
        .getWith("/metrics", KEY)
        .text()
        .lines()
        .filter(line -> line.contains("_count{") && line.contains("status=\"" + status + "\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /** As Open WebUI, LiteLLM, LibreChat and the OpenAI node of n8n send it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'model':'txt2img','prompt':'a cat','n':1,'size':'512x512','response_format':'b64_json'}",
        "{'model':'gpt-image-1','prompt':'a cat','n':1}",
        "{'model':'gpt-image-1','prompt':'a cat','n':1,'background':'auto','output_format':'png','quality':'auto','size':'auto'}",
        "{'model':'gpt-image-1','prompt':'a cat','n':1,'background':'opaque','output_format':'webp','output_compression':80,'quality':'high','size':'1024x1024','user':'u1'}",
        "{'model':'txt2img','prompt':'a cat','response_format':'b64_json','quality':'standard','size':'1024x1024','style':'vivid','n':1}"
      })
  void clients_get_an_image_as_they_ask_for_it(String body) {
    Answer answer = gateway.post(IMAGES, body.replace('\'', '"'));

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(decoded(answer.json(), 0)).startsWith(PNG);
  }

  @ParameterizedTest
  @ValueSource(strings = {"image", "image[]"})
  void clients_edit_an_image_as_they_are_used_to(String part) throws Exception {
    FormBody form =
        new FormBody()
            .field("model", "img2img")
            .field("prompt", "a harbour")
            .field("n", "1")
            .field("size", "auto")
            .field("background", "auto")
            .field("quality", "high")
            .field("response_format", "b64_json")
            .file(part, "image.png", "image/png", Files.readAllBytes(PICTURE));
    Answer answer = form("/v1/images/edits", form);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(decoded(answer.json(), 0)).startsWith(PNG);
  }

  @Test
  void a_mask_goes_to_the_input_of_that_name() throws Exception {
    BufferedImage red = new BufferedImage(16, 8, BufferedImage.TYPE_INT_RGB);
    red.setRGB(3, 2, 0xff0000);
    ByteArrayOutputStream mask = new ByteArrayOutputStream();
    ImageIO.write(red, "png", mask);
    FormBody form =
        new FormBody()
            .field("model", "inpaint")
            .field("prompt", "a harbour")
            .file("image", "image.png", "image/png", Files.readAllBytes(PICTURE))
            .file("mask", "mask.png", "image/png", mask.toByteArray());

    Answer answer = form("/v1/images/edits", form);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("data")).hasSize(2);
    BufferedImage copied = ImageIO.read(new ByteArrayInputStream(decoded(answer.json(), 1)));
    assertThat(copied.getWidth()).isEqualTo(16);
    assertThat(copied.getRGB(3, 2)).isEqualTo(0xffff0000);
  }

  @Test
  void a_mask_that_the_workflow_has_no_input_for_is_refused() throws Exception {
    byte[] picture = Files.readAllBytes(PICTURE);
    FormBody form =
        new FormBody()
            .field("model", "img2img")
            .field("prompt", "a harbour")
            .file("image", "image.png", "image/png", picture)
            .file("mask", "mask.png", "image/png", picture);

    JsonNode error = form("/v1/images/edits", form).json().path("error");

    assertThat(error.path("param").asText()).isEqualTo("mask");
    assertThat(error.path("message").asText()).contains("no input mask");
  }

  @Test
  void an_edit_needs_as_many_images_as_the_workflow_takes() throws Exception {
    byte[] picture = Files.readAllBytes(PICTURE);
    FormBody none = new FormBody().field("model", "img2img").field("prompt", "x");
    FormBody two =
        new FormBody()
            .field("model", "img2img")
            .field("prompt", "x")
            .file("image[]", "a.png", "image/png", picture)
            .file("image[]", "b.png", "image/png", picture);

    assertThat(form("/v1/images/edits", none).json().at("/error/message").asText())
        .contains("image is missing");
    assertThat(form("/v1/images/edits", two).json().at("/error/message").asText())
        .contains("takes 1 images, and these are 2");
  }

  @Test
  void a_key_opens_no_more_at_a_door_than_elsewhere() {
    String limited =
        gateway
            .postWith(
                "/keys",
                TestGateway.ADMIN_KEY,
                "{\"name\":\"limited\",\"scopes\":[\"run\"],\"workflows\":[\"smoke\"]}")
            .json()
            .path("secret")
            .asText();

    assertThat(gateway.postWith(IMAGES, limited, CAT).status()).isEqualTo(403);
    assertThat(gateway.postWith("/modal/txt2img", limited, "{}").status()).isEqualTo(403);
    assertThat(gateway.postWith("/modal/smoke", limited, "{}").status()).isEqualTo(200);
    assertThat(gateway.getWith("/v1/models", limited).json().path("data")).isEmpty();
  }
}
