package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadedFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final ObjectInfo CLASSES =
      new ObjectInfo(
          (ObjectNode)
              json(
                  """
                  {"Painter": {"input": {"required": {
                     "canvas": ["STRING", {"image_upload": true}],
                     "style": [["soft", "../kept"]],
                     "sampler": ["COMBO", {"options": ["a", "b"]}],
                     "story_file": ["STRING", {"multiline": true}]}}},
                   "Booth": {"input": {"optional": {"shot": ["WEBCAM", {}],
                     "clip": ["COMBO", {"video_upload": true, "options": []}],
                     "plain": ["COMBO", {"image_upload": false, "options": []}]}}}}"""));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          LoadImage         | image        | ../output/x.png            | leaves its folder
          LoadImage         | image        | /etc/x.png                 | absolute
          LoadImage         | image        | ..\\output\\x.png          | leaves its folder
          LoadImage         | image        | gateway/../../output/a.png | leaves its folder
          LoadImage         | image        | sub\\..\\..\\a.png         | leaves its folder
          LoadImage         | image        | '.. /x.png'                | leaves its folder
          LoadImage         | image        | C:\\x.png                  | names a drive
          LoadImage         | image        | c:x.png                    | names a drive
          LoadImage         | image        | \\\\host\\share\\x.png     | absolute
          LoadImage         | image        | ~/x.png                    | absolute
          LoadImage         | image        | '"/etc/x.png" '            | absolute
          LoadImage         | image        | file:///etc/x.png          | absolute
          LoadLatent        | latent       | ../x.latent                | leaves its folder
          WebcamCapture     | image        | /etc/x.png                 | absolute
          LoraLoader        | lora_name    | ../../x.safetensors        | leaves its folder
          SomeLoader        | source       | /etc/passwd                | absolute
          Restore           | image_path   | /etc/passwd                | absolute
          Restore           | inputFile    | ../x                       | leaves its folder
          Restore           | Video Folder | /                          | absolute
          Painter           | canvas       | ../x.png                   | leaves its folder
          Painter           | sampler      | ../x.png                   | leaves its folder
          Booth             | shot         | ../x.png                   | leaves its folder
          Booth             | clip         | ../x.mp4                   | leaves its folder
          LoadImage         | image        | 'x.png [output]'           | reads the results
          LoadImage         | image        | 'x.png[temp]  '            | reads the results
          WebcamCapture     | image        | 'x.png [output]'           | reads the results
          Anything          | anything     | 'x.png [output]'           | reads the results
          """)
  void a_path_that_leaves_the_folders_of_ComfyUI_is_refused_at_its_place(
      String classType, String field, String value, String why) {
    refused(classType, field, JSON.valueToTree(value), why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          LoadImage          | image       | x.png
          LoadImage          | image       | sub/x.png
          LoadImage          | image       | sub\\x.png
          LoadImage          | image       | 'a photo (1)..final.png [input]'
          LoadImage          | image       | ...x.png
          LoadImage          | image       | ''
          LoadImage          | image       | gateway/0f/x.png
          CheckpointLoader   | ckpt_name   | SDXL\\base..v1.safetensors
          CheckpointLoader   | ckpt_name   | SDXL/base.safetensors
          LoadTextBatch      | delimiter   | \\n
          LoadTextBatch      | prompt_text | '/imagine a cat'
          LoadImageFromUrl   | image       | https://example.org/b.png
          CLIPTextEncode     | text        | '/imagine ../ a cat, ~soft~'
          CLIPTextEncode     | text        | 'a cat [output] on a mat'
          KSampler           | sampler     | ../a
          Painter            | style       | ../kept
          Painter            | story_file  | '/ Once upon a time'
          """)
  void a_name_below_a_folder_and_prose_are_taken(String classType, String field, String value) {
    assertThatCode(() -> require(classType, field, JSON.valueToTree(value)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\"a.png\", \"../b.png\"]",
        "{\"__value__\": [\"a.png\", \"/b.png\"]}",
        "{\"file\": {\"name\": \"b.png [temp]\"}}"
      })
  void a_path_inside_of_a_list_or_an_object_is_found(String value) {
    refused("LoadImage", "image", json(value), "image of node a/b");
  }

  @Test
  void a_name_that_comes_over_a_link_is_refused_where_only_a_name_can_stand() {
    JsonNode link = json("[\"2\", 0]");

    refused("LoadImage", "image", link, "takes the name of a file from another node");
    refused("Painter", "canvas", link, "from another node");
    refused("Booth", "shot", link, "from another node");
    assertThatCode(() -> require("ImageScale", "image", link)).doesNotThrowAnyException();
    assertThatCode(() -> require("Booth", "plain", link)).doesNotThrowAnyException();
  }

  @Test
  void a_path_in_the_librarys_own_graph_is_its_operators_and_a_callers_is_not() {
    Graph own = graph("SomeLoader", "path", JSON.valueToTree("/data/x.png"));
    LoadedFiles rule = new LoadedFiles(Optional.empty(), Optional.of(own));

    assertThatCode(() -> rule.require(own, "")).doesNotThrowAnyException();
    Graph changed = graph("SomeLoader", "path", JSON.valueToTree("/data/y.png"));
    assertThat(catchThrowableOfType(Problem.class, () -> rule.require(changed, "")))
        .hasMessageContaining("absolute");
    Graph results = graph("LoadImage", "image", JSON.valueToTree("x.png [output]"));
    LoadedFiles ofResults = new LoadedFiles(Optional.empty(), Optional.of(results));
    assertThat(catchThrowableOfType(Problem.class, () -> ofResults.require(results, "")))
        .hasMessageContaining("other jobs");
  }

  private static void refused(String classType, String field, JsonNode value, String why) {
    Problem problem = catchThrowableOfType(Problem.class, () -> require(classType, field, value));

    assertThat(problem).as(value.toString()).isNotNull();
    assertThat(problem.type()).isEqualTo(ProblemType.INVALID_WORKFLOW);
    assertThat(problem).hasMessageContaining(why);
    assertThat(problem.faults())
        .singleElement()
        .satisfies(fault -> assertThat(fault.pointer()).isEqualTo("/prompt/a~1b/inputs/" + field));
  }

  private static void require(String classType, String field, JsonNode value) {
    new LoadedFiles(Optional.of(CLASSES), Optional.empty())
        .require(graph(classType, field, value), "/prompt");
  }

  private static Graph graph(String classType, String field, JsonNode value) {
    ObjectNode graph = JSON.createObjectNode();
    graph.putObject("a/b").put("class_type", classType).putObject("inputs").set(field, value);
    graph.putObject("2").put("class_type", "Other").putObject("inputs");
    return Graph.parse(graph, "/prompt", Graph.Limits.STANDARD);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
