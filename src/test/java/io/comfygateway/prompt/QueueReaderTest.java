package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueReaderTest {
  private static final String ID = "aaaaaaaa-0000-4000-8000-00000000000";

  @Test
  void running_waiting_and_absent_prompts_are_told_apart() {
    JsonNode queue = Recordings.body("queue while one runs and two wait");

    assertThat(contains(queue, ID + "0")).isEqualTo(PromptPlace.RUNNING);
    assertThat(contains(queue, ID + "1")).isEqualTo(PromptPlace.WAITING);
    assertThat(contains(queue, ID + "2")).isEqualTo(PromptPlace.WAITING);
    assertThat(contains(queue, "nope")).isEqualTo(PromptPlace.ABSENT);
    assertThat(contains(Recordings.body("queue afterwards"), ID + "2"))
        .isEqualTo(PromptPlace.ABSENT);
  }

  @Test
  void a_prompt_is_found_behind_any_number_of_others() throws IOException {
    String others = "[1,\"x\"],".repeat(300_000);
    byte[] answer =
        ("{\"queue_running\":[],\"queue_pending\":[" + others + "[2,\"" + ID + "\"]]}")
            .getBytes(StandardCharsets.UTF_8);

    assertThat(QueueReader.read(new ByteArrayInputStream(answer), ID))
        .isEqualTo(PromptPlace.WAITING);
  }

  @Test
  void entries_of_another_shape_are_passed_over() {
    ObjectNode odd = empty();
    odd.putArray("queue_pending").add("x").addNull().addObject().put("1", "id");

    assertThat(contains(odd, "id")).isEqualTo(PromptPlace.ABSENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"error\": \"maintenance\"}",
        "[]",
        "null",
        "{\"queue_running\": 5, \"queue_pending\": []}",
        "{\"queue_running\": []}",
        "{\"queue_running\": [], \"queue_pending\": {}}",
        "{\"queue_running\": [], \"queue_pending\": []",
        "<html>login</html>",
        ""
      })
  void what_is_not_the_answer_of_a_ComfyUI_is_no_empty_queue(String answer) {
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> QueueReader.read(new ByteArrayInputStream(bytes), ID))
        .isInstanceOf(IOException.class);
  }

  private static ObjectNode empty() {
    ObjectNode queue = JsonNodeFactory.instance.objectNode();
    queue.putArray("queue_running");
    queue.putArray("queue_pending");
    return queue;
  }

  @Test
  void the_graphs_of_a_long_line_are_passed_over() {
    ObjectNode queue = empty();
    ArrayNode pending = queue.putArray("queue_pending");
    for (int i = 0; i < 300; i++) {
      ArrayNode entry = pending.addArray().add(i).add("id-" + i);
      entry.addObject().putObject("1").put("text", "z".repeat(100_000));
      entry.addObject().putArray("more").add(1);
    }

    assertThat(contains(queue, "id-250")).isEqualTo(PromptPlace.WAITING);
  }

  private static PromptPlace contains(JsonNode queue, String promptId) {
    try {
      byte[] bytes = queue.toString().getBytes(StandardCharsets.UTF_8);
      return QueueReader.read(new ByteArrayInputStream(bytes), promptId);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
