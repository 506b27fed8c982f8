package io.comfygateway.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.prompt.Recordings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HistoryOutputsTest {

  static Stream<JsonNode> shapes() {
    return StreamSupport.stream(Recordings.json("/output/shapes.json").spliterator(), false);
  }

  @Test
  void a_recorded_batch_video_and_text_are_found_by_shape_in_the_order_of_the_nodes() {
    HistoryOutputs outputs =
        HistoryOutputs.read(recorded("history with a batch of three, a video and a text output"));

    assertThat(outputs.files())
        .containsExactly(
            new OutputFile(0, "2", OutputKind.IMAGE, "gateway_00002_.png", "", "output"),
            new OutputFile(1, "2", OutputKind.IMAGE, "gateway_00003_.png", "", "output"),
            new OutputFile(2, "2", OutputKind.IMAGE, "gateway_00004_.png", "", "output"),
            new OutputFile(3, "4", OutputKind.VIDEO, "clip_00001_.mp4", "video", "output"));
    assertThat(outputs.texts())
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.node()).isEqualTo("6");
              assertThat(it.text()).startsWith("tensor(");
            });
  }

  @Test
  void a_recorded_preview_is_left_out_beside_outputs_unless_it_is_wanted() {
    JsonNode recorded = recorded("history with a temp preview, a subfolder and an animated output");

    assertThat(HistoryOutputs.read(recorded).files())
        .extracting(OutputFile::node, OutputFile::subfolder, OutputFile::filename)
        .containsExactly(
            tuple("3", "sub/dir", "name_00001_.png"), tuple("5", "", "anim_00001_.webp"));
    assertThat(HistoryOutputs.read(recorded, true).files())
        .extracting(OutputFile::index, OutputFile::type)
        .containsExactly(tuple(0, "temp"), tuple(1, "output"), tuple(2, "output"));
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_file_without_a_subfolder_or_without_a_type_is_an_output() {
    JsonNode outputs =
        json(
            """
            {"9": {"images": [{"filename": "a.png", "type": "output"},
                              {"filename": "b.png", "subfolder": ""},
                              {"filename": "c.png", "subfolder": "x", "type": null},
                              {"filename": "no file"}]}}
            """);

    assertThat(HistoryOutputs.read(outputs).files())
        .extracting(OutputFile::filename, OutputFile::subfolder, OutputFile::type)
        .containsExactly(
            tuple("a.png", "", "output"),
            tuple("b.png", "", "output"),
            tuple("c.png", "x", "output"));
  }

  @Test
  void a_3d_model_that_is_named_in_a_bare_string_is_an_output() {
    JsonNode outputs =
        json(
            """
            {"1": {"result": ["mesh\\\\new/x.glb", null, {"camera": "y.obj"}]},
             "2": {"text": ["not-a-file.glb"], "words": ["x.png", "readme.txt"]}}
            """);

    assertThat(HistoryOutputs.read(outputs).files())
        .containsExactly(
            new OutputFile(
                0, "1", OutputKind.MODEL, "x.glb", "mesh/new", "output", true, Optional.empty()));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void any_shape_is_read_without_an_error(JsonNode shape) {
    HistoryOutputs outputs = HistoryOutputs.read(shape.path("outputs"));

    assertThat(outputs.files())
        .as(shape.path("what").asText())
        .extracting(
            it -> "%d %s %s %s".formatted(it.index(), it.node(), it.kind().word(), it.filename()))
        .isEqualTo(strings(shape.path("files")));
    assertThat(outputs.texts())
        .as(shape.path("what").asText())
        .extracting(it -> it.node() + "=" + it.text())
        .isEqualTo(strings(shape.path("texts")));
  }

  @Test
  void lists_within_lists_without_end_are_not_followed_to_their_end() {
    ObjectNode outputs = JsonNodeFactory.instance.objectNode();
    ArrayNode list = outputs.putObject("1").putArray("images");
    for (int depth = 0; depth < 5000; depth++) {
      list = list.addArray();
    }

    assertThat(HistoryOutputs.read(outputs).files()).isEmpty();
  }

  @Test
  void a_kind_is_read_from_the_extension_and_else_from_the_key() {
    assertThat(OutputKind.of("a.MP4", "images")).isEqualTo(OutputKind.VIDEO);
    assertThat(OutputKind.of("a.gif", "gifs")).isEqualTo(OutputKind.IMAGE);
    assertThat(OutputKind.of("a", "audio")).isEqualTo(OutputKind.AUDIO);
    assertThat(OutputKind.of("a.safetensors", "images")).isEqualTo(OutputKind.FILE);
    assertThat(OutputKind.of("a.json", "x")).isEqualTo(OutputKind.TEXT);
    for (String name : List.of("glb", "gltf", "obj", "ply", "stl", "fbx", "usdz")) {
      assertThat(OutputKind.of("x." + name, "result")).isEqualTo(OutputKind.MODEL);
    }
    for (OutputKind kind : OutputKind.values()) {
      assertThat(OutputKind.ofWord(kind.word())).contains(kind);
    }
    assertThat(OutputKind.ofWord("IMAGE")).isEmpty();
  }

  private static JsonNode recorded(String exchangeName) {
    return Recordings.body(exchangeName).elements().next().path("outputs");
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(it -> strings.add(it.asText()));
    return strings;
  }
}
