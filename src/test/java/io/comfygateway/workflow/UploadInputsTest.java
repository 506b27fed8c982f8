package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UploadInputsTest {
  private static final String DECLARATIONS =
      """
      {
        "LoadImage": {"image": [["a.png"], {"image_upload": true}]},
        "LoadImageMask": {"image": [["a.png"], {"image_upload": true}], "channel": [["alpha", "red"]]},
        "LoadAudio": {"audio": ["COMBO", {"audio_upload": true, "options": []}]},
        "LoadVideo": {"file": ["COMBO", {"video_upload": true, "options": []}]},
        "Load3D": {"model_file": ["COMBO", {"file_upload": true, "options": []}], "width": ["INT", {}]},
        "VHS_LoadVideo": {"video": [["a.gif", "b.MP4"]], "format": [["None", "AnimateDiff"]]},
        "VHS_LoadVideoFFmpeg": {"video": [[]], "format": [[]]},
        "PackLoadVideo": {"video": [["a.mp4"], {"image_upload": true}]},
        "PackSDPromptReader": {"image": [["x.webp", "y.txt"], {"image_upload": true}]},
        "CheckpointLoaderSimple": {"ckpt_name": [["a.safetensors"]]},
        "KSampler": {"sampler_name": [["euler"]]},
        "ETN_LoadImageBase64": {"image": ["STRING", {"multiline": true}]},
        "LoadRemote": {"image": ["COMBO", {"remote": {"route": "/x"}}]},
        "Generate": {"source": ["COMFY_DYNAMICCOMBO_V3", {"options": [
          {"key": "text", "inputs": {"required": {"text": ["STRING", {}]}}},
          {"key": "picture", "inputs": {"required": {"image": ["COMBO", {"image_upload": true, "options": []}]}}},
          {"key": "film", "inputs": {"required": {"video": [["a.gif", "b.mp4"]]}}}]}]}
      }
      """;

  private static ObjectInfo info() throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode classes = json.createObjectNode();
    json.readTree(DECLARATIONS)
        .properties()
        .forEach(
            type ->
                classes
                    .putObject(type.getKey())
                    .putObject("input")
                    .set("required", type.getValue()));
    return new ObjectInfo(classes);
  }

  private static GraphNode node(String type) {
    return new GraphNode("1", type, Optional.empty(), Map.of());
  }

  private static GraphNode generateFrom(String source) {
    return new GraphNode(
        "1", "Generate", Optional.empty(), Map.of("source", TextNode.valueOf(source)));
  }

  @ParameterizedTest
  @CsvSource({
    "picture, source.image, IMAGE",
    "film, source.video, VIDEO",
    "text, source.text,",
    "text, source.image,",
    "picture, image,",
  })
  void an_input_of_the_chosen_option_of_a_dynamic_combo_takes_a_file(
      String source, String field, InputType kind) throws IOException {
    assertThat(new UploadInputs(Optional.of(info())).kind(generateFrom(source), field))
        .isEqualTo(Optional.ofNullable(kind));
  }

  @ParameterizedTest
  @CsvSource({
    "LoadImage, image, IMAGE",
    "LoadImageMask, image, IMAGE",
    "LoadImageMask, channel,",
    "LoadAudio, audio, AUDIO",
    "LoadVideo, file, VIDEO",
    "Load3D, model_file, FILE",
    "Load3D, width,",
    "VHS_LoadVideo, video, VIDEO",
    "VHS_LoadVideo, format,",
    "VHS_LoadVideoFFmpeg, video, VIDEO",
    "VHS_LoadVideoFFmpeg, format,",
    "PackLoadVideo, video, VIDEO",
    "PackSDPromptReader, image, IMAGE",
    "CheckpointLoaderSimple, ckpt_name,",
    "KSampler, sampler_name,",
    "ETN_LoadImageBase64, image,",
    "LoadRemote, image,",
  })
  void the_server_says_which_inputs_take_a_file(String type, String field, InputType kind)
      throws IOException {
    assertThat(new UploadInputs(Optional.of(info())).kind(node(type), field))
        .isEqualTo(Optional.ofNullable(kind));
  }

  @ParameterizedTest
  @CsvSource({"LoadImage, image, IMAGE", "VHS_LoadVideo, video, VIDEO", "KSampler, seed,"})
  void the_usual_loaders_are_known_before_a_server_has_answered(
      String type, String field, InputType kind) {
    assertThat(new UploadInputs(Optional.empty()).kind(node(type), field))
        .isEqualTo(Optional.ofNullable(kind));
  }

  @ParameterizedTest
  @CsvSource({"LoadImage, image"})
  void a_usual_loader_that_a_server_declares_otherwise_is_as_it_says(String type, String field) {
    ObjectNode classes = new ObjectMapper().createObjectNode();
    classes.putObject(type).putObject("input").putObject("required").putArray(field).add("STRING");

    assertThat(new UploadInputs(Optional.of(new ObjectInfo(classes))).kind(node(type), field))
        .isEmpty();
  }
}
