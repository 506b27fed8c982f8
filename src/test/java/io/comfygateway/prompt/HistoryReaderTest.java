package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryReaderTest {
  private static final String FINISHED = "11111111-1111-4111-8111-111111111111";
  private static final String FAILED = "de633c12-0dbb-48fe-a42c-619c908a78e8";
  private static final String INTERRUPTED = "aaaaaaaa-0000-4000-8000-000000000000";

  static Stream<JsonNode> shapes() {
    return StreamSupport.stream(Recordings.json("/output/histories.json").spliterator(), false);
  }

  @Test
  void a_finished_prompt_succeeded_with_its_outputs() {
    JsonNode answer = Recordings.body("history of a finished prompt");

    assertThat(read(FINISHED, answer))
        .isEqualTo(new PromptResult.Succeeded(answer.path(FINISHED).path("outputs")));
  }

  @Test
  void a_prompt_served_from_cache_succeeded() {
    JsonNode answer =
        Recordings.body("history after an identical graph ran again (all nodes cached)");

    assertThat(read(FINISHED, answer)).isInstanceOf(PromptResult.Succeeded.class);
  }

  @Test
  void the_entry_of_a_prompt_is_found_among_those_of_others() throws IOException {
    assertThat(HistoryReader.read(FINISHED, history(20_000)))
        .isInstanceOf(PromptResult.Succeeded.class);
  }

  @Test
  void an_answer_with_more_entries_than_any_history_is_none() {
    assertThatThrownBy(() -> HistoryReader.read(FINISHED, history(200_000)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not ComfyUI's");
  }

  private static ByteArrayInputStream history(int others) {
    StringBuilder answer = new StringBuilder("{");
    for (int i = 0; i < others; i++) {
      answer.append('"').append(i).append("\":{\"status\":{}},");
    }
    answer.append('"').append(FINISHED).append("\":{\"outputs\":{}}}");
    return new ByteArrayInputStream(answer.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_node_that_raised_is_named_with_its_message_and_without_its_traceback() {
    JsonNode answer = Recordings.body("history of a failed prompt");

    assertThat(read(FAILED, answer))
        .isEqualTo(
            new PromptResult.Failed(
                Optional.of("1"),
                Optional.of("SlowImage"),
                Optional.of("RuntimeError"),
                "boom from SlowImage"));
  }

  @Test
  void an_interrupted_prompt_is_told_from_a_failed_one() {
    JsonNode answer = Recordings.body("history of an interrupted prompt");

    assertThat(read(INTERRUPTED, answer)).isEqualTo(new PromptResult.Interrupted());
  }

  @Test
  void an_empty_history_is_pending() {
    JsonNode answer =
        Recordings.body("history of a prompt that is queued or running (empty object)");

    assertThat(read("aaaaaaaa-0000-4000-8000-000000000001", answer))
        .isEqualTo(new PromptResult.Pending());
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void an_answer_of_another_shape_is_read_without_an_error(JsonNode shape) {
    assertThat(read("id", shape.path("answer")).getClass().getSimpleName())
        .as(shape.path("what").asText())
        .isEqualTo(shape.path("result").asText());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1]",
        "null",
        "{\"id\": 3}",
        "{\"id\": [1, \"x\", null]}",
        "{\"id\": {}}",
        "{\"error\": \"maintenance\"}",
        "{\"error\": {\"code\": 401}}",
        "{\"id\": {\"outputs\": {}}",
        "<html>login</html>",
        ""
      })
  void what_is_not_the_answer_of_a_ComfyUI_does_not_mean_that_the_prompt_is_gone(String answer) {
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> HistoryReader.read("id", new ByteArrayInputStream(bytes)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void a_long_message_is_cut_between_characters_and_loses_its_control_characters() {
    String tooLong = "\u001b[31m" + "x".repeat(HistoryReader.MAX_MESSAGE - 6) + "😀".repeat(9);

    String message = ((PromptResult.Failed) read("id", failure(tooLong))).message();

    assertThat(message).startsWith("[31mxxx").endsWith("x…").doesNotContain("\u001b");
    assertThat(message.length()).isLessThanOrEqualTo(HistoryReader.MAX_MESSAGE);
  }

  @Test
  void a_failure_without_a_message_says_where_to_look() {
    var failed = (PromptResult.Failed) read("id", failure(" \n"));

    assertThat(failed.message()).contains("log");
    assertThat(failed.node()).isEmpty();
  }

  private static PromptResult read(String promptId, JsonNode answer) {
    return read(promptId, answer.toString());
  }

  private static PromptResult read(String promptId, String answer) {
    try {
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      return HistoryReader.read(promptId, new ByteArrayInputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_graph_of_any_size_is_passed_over() {
    String text = "x".repeat(30_000_000);
    String answer =
        "{\"other\":{\"outputs\":{\"1\":{\"text\":[\"%s\"]}}},\"id\":{\"prompt\":[0,\"%s\"],\"outputs\":{\"9\":{}},\"meta\":{\"a\":[[]]}}}"
            .formatted(text, text);

    assertThat(((PromptResult.Succeeded) read("id", answer)).outputs().toString())
        .isEqualTo("{\"9\":{}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":{\"outputs\":{\"1\":{\"text\":[\"%1$s%1$s%1$s%1$s%1$s\"]}}}}",
        "{\"id\":{\"outputs\":{\"1\":{\"text\":[\"%1$s\",\"%1$s\",\"%1$s\",\"%1$s\",\"%1$s\"]}}}}",
        "{\"id\":{\"outputs\":{},\"status\":{\"messages\":[\"%1$s\",\"%1$s\",\"%1$s\",\"%1$s\",\"%1$s\"]}}}"
      })
  void what_tells_too_much_has_failed_and_says_why(String answer) {
    PromptResult.Failed failed =
        (PromptResult.Failed) read("id", answer.formatted("y".repeat(1_000_000)));

    assertThat(failed.exceptionType()).contains("HistoryTooLarge");
    assertThat(failed.message()).contains("4 million characters").contains("as files");
  }

  private static ObjectNode failure(String message) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ObjectNode status = answer.putObject("id").putObject("status").put("status_str", "error");
    var entry = status.putArray("messages").addArray().add("execution_error");
    entry.addObject().put("exception_message", message).putNull("node_id");
    return answer;
  }
}
