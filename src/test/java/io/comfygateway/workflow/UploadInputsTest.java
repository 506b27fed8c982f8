package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
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
        "LoadRemote": {"image": ["COMBO", {"remote": {"route": "/x"}}]}
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
    assertThat(new UploadInputs(Optional.of(info())).kind(type, field))
        .isEqualTo(Optional.ofNullable(kind));
  }

  @ParameterizedTest
  @CsvSource({"LoadImage, image, IMAGE", "VHS_LoadVideo, video, VIDEO", "KSampler, seed,"})
  void the_usual_loaders_are_known_before_a_server_has_answered(
      String type, String field, InputType kind) {
    assertThat(new UploadInputs(Optional.empty()).kind(type, field))
        .isEqualTo(Optional.ofNullable(kind));
  }

  @ParameterizedTest
  @CsvSource({"LoadImage, image"})
  void a_usual_loader_that_a_server_declares_otherwise_is_as_it_says(String type, String field) {
    ObjectNode classes = new ObjectMapper().createObjectNode();
    classes.putObject(type).putObject("input").putObject("required").putArray(field).add("STRING");

    assertThat(new UploadInputs(Optional.of(new ObjectInfo(classes))).kind(type, field)).isEmpty();
  }
}
