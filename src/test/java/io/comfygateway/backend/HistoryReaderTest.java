package io.comfygateway.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

    assertThat(HistoryReader.read(FINISHED, answer))
        .isEqualTo(new PromptResult.Succeeded(answer.path(FINISHED).path("outputs")));
  }

  @Test
  void a_prompt_served_from_cache_succeeded() {
    JsonNode answer =
        Recordings.body("history after an identical graph ran again (all nodes cached)");

    assertThat(HistoryReader.read(FINISHED, answer)).isInstanceOf(PromptResult.Succeeded.class);
  }

  @Test
  void a_node_that_raised_is_named_with_its_message_and_without_its_traceback() {
    JsonNode answer = Recordings.body("history of a failed prompt");

    assertThat(HistoryReader.read(FAILED, answer))
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

    assertThat(HistoryReader.read(INTERRUPTED, answer)).isEqualTo(new PromptResult.Interrupted());
  }

  @Test
  void an_empty_history_is_pending() {
    JsonNode answer =
        Recordings.body("history of a prompt that is queued or running (empty object)");

    assertThat(HistoryReader.read("aaaaaaaa-0000-4000-8000-000000000001", answer))
        .isEqualTo(new PromptResult.Pending());
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void an_answer_of_another_shape_is_read_without_an_error(JsonNode shape) {
    assertThat(HistoryReader.read("id", shape.path("answer")).getClass().getSimpleName())
        .as(shape.path("what").asText())
        .isEqualTo(shape.path("result").asText());
  }

  @Test
  void a_long_message_is_cut_between_characters_and_loses_its_control_characters() {
    String tooLong = "\u001b[31m" + "x".repeat(HistoryReader.MAX_MESSAGE - 6) + "😀".repeat(9);

    String message = ((PromptResult.Failed) HistoryReader.read("id", failure(tooLong))).message();

    assertThat(message).startsWith("[31mxxx").endsWith("x…").doesNotContain("\u001b");
    assertThat(message.length()).isLessThanOrEqualTo(HistoryReader.MAX_MESSAGE);
  }

  @Test
  void a_failure_without_a_message_says_where_to_look() {
    var failed = (PromptResult.Failed) HistoryReader.read("id", failure(" \n"));

    assertThat(failed.message()).contains("log");
    assertThat(failed.node()).isEmpty();
  }

  private static ObjectNode failure(String message) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ObjectNode status = answer.putObject("id").putObject("status").put("status_str", "error");
    var entry = status.putArray("messages").addArray().add("execution_error");
    entry.addObject().put("exception_message", message).putNull("node_id");
    return answer;
  }
}
