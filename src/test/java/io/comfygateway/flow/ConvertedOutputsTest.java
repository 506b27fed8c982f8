package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.Dimensions;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Outputs in other formats and sizes, by key and by signed link. */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConvertedOutputsTest {
  private static final String TEXT_JOB =
      """
      {"prompt": {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 4, "color": 1}},
       "2": {"class_type": "SaveAnimatedWEBP", "inputs": {"images": ["1", 0], "filename_prefix": "x", "fps": 6, "lossless": false,
         "quality": 80, "method": "default"}}}}
      """;

  private TestGateway gateway;
  private JsonNode output;
  private String path;

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
    JsonNode job =
        gateway
            .post(
                "/webhook/smoke?respond=result",
                "{\"inputs\":{\"width\":64,\"height\":32,\"color\":16711680}}")
            .json();
    output = job.at("/outputs/0");
    path = "/jobs/" + job.path("id").asText() + "/outputs/0";
  }

  @Test
  void a_thumbnail_has_a_tag_a_name_and_ranges_of_its_own() {
    Answer whole = gateway.get(path + "?width=16&format=webp");
    String tag = whole.header("ETag");
    Answer again =
        gateway.getWith(path + "?format=webp&width=16", gateway.key(), "If-None-Match", tag);
    Answer part =
        gateway.getWith(path + "?width=16&format=webp", gateway.key(), "Range", "bytes=4-9");

    assertThat(whole.status()).as(whole.text()).isEqualTo(200);
    assertThat(whole.header("Content-Type")).isEqualTo("image/webp");
    assertThat(whole.header("Content-Disposition")).startsWith("inline").contains(".webp\"");
    assertThat(whole.header("Cache-Control")).isEqualTo("private, no-cache");
    assertThat(Dimensions.of(whole.bytes())).contains(new Dimensions(16, 8));
    assertThat(tag).isNotEqualTo(gateway.get(path).header("ETag"));
    assertThat(again.status()).isEqualTo(304);
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.bytes()).isEqualTo(Arrays.copyOfRange(whole.bytes(), 4, 10));
  }

  @Test
  void a_signed_link_takes_the_parameters_too() {
    Answer answer = gateway.getWith(output.path("url").asText() + "&format=jpeg&quality=70", "");

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(ContentTypes.ofBytes(answer.bytes())).contains("image/jpeg");
    assertThat(Dimensions.of(answer.bytes())).contains(new Dimensions(64, 32));
  }

  @Test
  void what_is_wanted_as_it_is_is_sent_as_it_is() {
    Answer same = gateway.get(path + "?format=png&metadata=keep");

    assertThat(same.header("ETag")).isEqualTo("\"" + output.path("sha256").asText() + "\"");
  }

  @Test
  void each_parameter_that_is_not_valid_is_named() {
    Answer answer = gateway.get(path + "?format=heic&width=0&metadata=some");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("errors").findValuesAsText("pointer"))
        .containsExactlyInAnyOrder("/format", "/width", "/metadata");
    assertThat(gateway.get("/jobs/" + path.substring(6, 42) + "/outputs/7?width=8").status())
        .isEqualTo(404);
  }

  @Test
  void a_submission_takes_the_parameters_too() {
    Answer answer =
        gateway.post(
            "/webhook/smoke?respond=binary&format=webp&width=16",
            "{\"inputs\":{\"width\":64,\"height\":32,\"color\":65280}}");

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("image/webp");
    assertThat(Dimensions.of(answer.bytes())).contains(new Dimensions(16, 8));
    assertThat(answer.header("Gateway-Output-Count")).isEqualTo("1");
    Answer job = gateway.get("/jobs/" + answer.header("Gateway-Job-Id"));
    assertThat(job.json().at("/outputs/0/content_type").asText()).isEqualTo("image/png");
  }

  @Test
  void all_outputs_in_one_response_are_converted_where_they_can_be() {
    String job = path.substring(0, path.indexOf("/outputs"));
    Answer json = gateway.get(job + "?respond=base64&format=jpeg&height=16");
    Answer parts = gateway.get(job + "?respond=multipart&format=jpeg&height=16");
    Answer animated = gateway.post("/webhook?respond=base64&width=4", TEXT_JOB);

    assertThat(json.status()).as(json.text()).isEqualTo(200);
    JsonNode converted = json.json().at("/outputs/0");
    assertThat(converted.path("data_content_type").asText()).isEqualTo("image/jpeg");
    assertThat(Dimensions.of(Base64.getDecoder().decode(converted.path("data").asText())))
        .contains(new Dimensions(32, 16));
    assertThat(new String(parts.bytes(), StandardCharsets.ISO_8859_1))
        .contains("Content-Type: image/jpeg\r\n")
        .containsPattern("smoke_\\d{5}_\\.jpe?g\"");
    assertThat(animated.json().at("/outputs/0/data").asText()).isNotEmpty();
    assertThat(animated.json().at("/outputs/0").has("data_content_type")).isFalse();
  }

  @Test
  void a_response_without_outputs_takes_no_parameters_of_pictures() {
    Answer submitted = gateway.post("/webhook/smoke?format=webp", "{}");
    Answer invalid = gateway.post("/webhook/smoke?respond=binary&width=0", "{}");

    assertThat(submitted.status()).isEqualTo(400);
    assertThat(submitted.json().path("detail").asText()).contains("add respond=binary");
    assertThat(invalid.status()).isEqualTo(400);
    assertThat(gateway.get(path.substring(0, path.indexOf("/outputs")) + "?width=8").status())
        .isEqualTo(400);
  }

  @Test
  void an_animation_is_refused_with_what_to_do() {
    Answer job = gateway.post("/webhook?respond=result", TEXT_JOB);
    Answer answer = gateway.get("/jobs/" + job.id() + "/outputs/0?width=4");

    assertThat(answer.status()).as(job.text() + answer.text()).isEqualTo(422);
    assertThat(answer.json().path("detail").asText())
        .isEqualTo(
            "The output is animated, and only still pictures are converted. Fetch it as it is.");
  }

  @Test
  void another_key_finds_no_output_to_convert() {
    assertThat(gateway.as(TestGateway.OTHER_KEY).get(path + "?width=8").status()).isEqualTo(404);
  }
}
