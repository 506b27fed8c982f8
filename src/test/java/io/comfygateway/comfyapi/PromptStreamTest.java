package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.http.MemoryBudget;
import io.comfygateway.http.OutgoingFrame;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The frames of one prompt: their order, their ids, and what is never sent. */
class PromptStreamTest {
  private static final UUID JOB = UUID.fromString("0a000000-0000-4000-8000-000000000001");
  private static final UUID PROMPT = UUID.fromString("0b000000-0000-4000-8000-000000000002");
  private static final JsonNode NOTHING = TestJson.MAPPER.createObjectNode();

  private final List<OutgoingFrame> plain = new ArrayList<>();
  private final List<OutgoingFrame> withMetadata = new ArrayList<>();

  private PromptStream stream(boolean answered) {
    ClientPrompt prompt =
        new ClientPrompt(
            JOB, "ann", PROMPT, Optional.of("tab"), 0, Instant.EPOCH, Optional.empty(), false);
    ClientLine.Client client =
        new ClientLine.Client() {
          @Override
          public boolean isThere() {
            return true;
          }

          @Override
          public boolean send(ClientFrame frame) {
            plain.add(frame.forClient(false));
            withMetadata.add(frame.forClient(true));
            return true;
          }
        };
    ClientLine line = new ClientLine(client, new HeldFrames(10_000, new MemoryBudget(10_000)));
    line.join(prompt, answered);
    return new PromptStream(prompt, line);
  }

  private PromptStream running() {
    PromptStream stream = stream(true);
    text(stream, "execution_start", "");
    plain.clear();
    withMetadata.clear();
    return stream;
  }

  private static void text(PromptStream stream, String type, String node) {
    String data = "{\"node\": \"" + node + "\", \"prompt_id\": \"" + JOB + "\"}";
    stream.text(
        type,
        Optional.of(node).filter(id -> !id.isEmpty()),
        "{\"type\": \"" + type + "\", \"data\": " + data + "}");
  }

  private static void end(PromptStream stream, JsonNode outputs, String type) {
    ObjectNode data = TestJson.MAPPER.createObjectNode();
    data.put("prompt_id", PROMPT.toString()).put("timestamp", 7);
    stream.ended(() -> stream.last(new PromptStream.Ending(outputs, type, data)));
  }

  private List<String> types() {
    return plain.stream().map(frame -> json(frame).path("type").asText()).toList();
  }

  private static JsonNode json(OutgoingFrame frame) {
    try {
      return frame instanceof OutgoingFrame.Text text
          ? TestJson.MAPPER.readTree(text.text())
          : TestJson.MAPPER.createObjectNode().put("type", "binary");
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void the_id_of_the_job_is_nowhere_and_that_of_the_client_everywhere() {
    PromptStream stream = running();
    stream.text(
        "progress_state",
        Optional.empty(),
        "{\"type\": \"progress_state\", \"data\": {\"prompt_id\": \"%1$s\", \"nodes\": {\"1\": {\"prompt_id\": \"%1$s\"}}}}"
            .formatted(JOB));

    String text = ((OutgoingFrame.Text) plain.get(0)).text();
    assertThat(text).startsWith("{\"type\":").doesNotContain(JOB.toString());
    assertThat(json(plain.get(0)).at("/data/nodes/1/prompt_id").asText())
        .isEqualTo(PROMPT.toString());
  }

  @Test
  void nothing_is_sent_before_the_answer_and_then_all_of_it_in_order() {
    PromptStream stream = stream(false);
    text(stream, "execution_start", "");
    text(stream, "executing", "3");
    end(stream, NOTHING, "execution_success");

    assertThat(plain).isEmpty();
    stream.answered();
    assertThat(types()).containsExactly("execution_start", "executing", "execution_success");
    stream.answered();
    assertThat(plain).hasSize(3);
  }

  @Test
  void what_a_server_says_of_the_end_is_not_passed_on() {
    PromptStream stream = stream(true);
    text(stream, "execution_start", "");
    text(stream, "execution_error", "3");
    text(stream, "execution_interrupted", "3");
    text(stream, "execution_success", "");
    text(stream, "executing", "");

    assertThat(types()).containsExactly("execution_start");
  }

  @Test
  void a_second_attempt_starts_again_and_only_its_server_is_heard() {
    PromptStream stream = stream(true);
    stream.sentTo("gpu-1");
    text(stream, "execution_start", "");
    stream.sentTo("gpu-2");

    assertThat(stream.isFrom("gpu-1")).isFalse();
    assertThat(stream.isFrom("gpu-2")).isTrue();
    text(stream, "execution_start", "");
    end(stream, NOTHING, "execution_success");
    assertThat(types()).containsExactly("execution_start", "execution_start", "execution_success");
  }

  @Test
  void a_prompt_that_no_server_reported_on_gets_its_frames_nevertheless() throws Exception {
    JsonNode outputs =
        TestJson.MAPPER.readTree("{\"9\": {\"images\": [{\"filename\": \"a.png\"}]}}");

    end(stream(true), outputs, "execution_success");

    assertThat(types())
        .containsExactly("execution_start", "execution_cached", "executed", "execution_success");
    assertThat(json(plain.get(1)).at("/data/nodes").isArray()).isTrue();
    assertThat(json(plain.get(2)).at("/data/node").asText()).isEqualTo("9");
    assertThat(json(plain.get(2)).at("/data/output")).isEqualTo(outputs.get("9"));
    assertThat(json(plain.get(2)).at("/data/prompt_id").asText()).isEqualTo(PROMPT.toString());
  }

  @Test
  void an_output_with_files_waits_until_they_are_stored_and_text_does_not() throws Exception {
    PromptStream stream = stream(true);
    text(stream, "execution_start", "");
    stream.executed("4", TestJson.MAPPER.readTree("{\"text\": [\"done\"]}"));
    stream.executed(
        "9",
        TestJson.MAPPER.readTree(
            "{\"images\": [{\"filename\": \"a.png\", \"type\": \"output\"}]}"));

    assertThat(types()).containsExactly("execution_start", "executed");
    JsonNode outputs =
        TestJson.MAPPER.readTree("{\"4\": {\"text\": [\"done\"]}, \"9\": {\"images\": []}}");
    end(stream, outputs, "execution_success");
    assertThat(types())
        .containsExactly("execution_start", "executed", "executed", "execution_success");
    assertThat(json(plain.get(2)).at("/data/node").asText()).isEqualTo("9");
  }

  @Test
  void after_the_end_no_frame_follows_and_there_is_one_end() {
    PromptStream stream = stream(true);
    end(stream, NOTHING, "execution_error");
    int sent = plain.size();
    text(stream, "executing", "3");
    stream.binary(Buffer.buffer("late"), true);
    end(stream, NOTHING, "execution_success");

    assertThat(plain).hasSize(sent);
    assertThat(stream.node()).isEmpty();
  }

  @Test
  void a_picture_reaches_each_client_in_the_form_that_it_understands() {
    PromptStream stream = running();
    byte[] metadata = ("{\"prompt_id\": \"" + JOB + "\"}").getBytes(StandardCharsets.UTF_8);
    Buffer frame = Buffer.buffer().appendInt(4).appendInt(metadata.length).appendBytes(metadata);
    int from = frame.length();
    frame.appendString("PICTURE");

    stream.picture(frame, from, false);
    text(stream, "executing", "3");

    Buffer whole = ((OutgoingFrame.Binary) withMetadata.get(0)).bytes();
    assertThat(whole.getInt(0)).isEqualTo(4);
    assertThat(whole.getString(8, from)).contains(PROMPT.toString());
    assertThat(whole.getString(from, whole.length())).isEqualTo("PICTURE");
    Buffer bare = ((OutgoingFrame.Binary) plain.get(0)).bytes();
    assertThat(bare.getInt(0)).isEqualTo(1);
    assertThat(bare.getInt(4)).isEqualTo(1);
    assertThat(bare.getString(8, bare.length())).isEqualTo("PICTURE");
  }

  @Test
  void a_preview_may_be_left_out_and_a_result_may_not() {
    PromptStream stream = running();
    Buffer frame = Buffer.buffer().appendInt(4).appendInt(2).appendString("{}").appendString("P");

    stream.picture(frame, 10, false);
    stream.picture(frame, 10, true);
    end(stream, NOTHING, "execution_success");

    assertThat(types()).startsWith("binary");
    assertThat(plain.get(0).topic()).isNotEmpty();
    assertThat(plain.stream().filter(OutgoingFrame.Binary.class::isInstance).skip(1))
        .singleElement()
        .satisfies(result -> assertThat(result.topic()).isEmpty());
  }

  @Test
  void a_picture_follows_the_progress_that_a_server_sends_behind_it() {
    PromptStream stream = running();
    Buffer frame = Buffer.buffer().appendInt(4).appendInt(2).appendString("{}").appendString("P");

    text(stream, "progress_state", "3");
    stream.picture(frame, 10, false);
    text(stream, "progress_state", "3");
    text(stream, "progress", "3");
    stream.picture(frame, 10, true);
    text(stream, "executing", "4");

    assertThat(types())
        .containsExactly(
            "progress_state", "progress_state", "progress", "binary", "binary", "executing");
  }

  @Test
  void the_start_comes_before_all_else_also_if_no_server_reported_it() {
    PromptStream stream = stream(true);

    text(stream, "executing", "3");
    end(stream, NOTHING, "execution_success");

    assertThat(types())
        .containsExactly("execution_start", "execution_cached", "executing", "execution_success");
  }

  @Test
  void what_found_no_room_while_it_was_held_back_is_made_up_in_its_turn() throws Exception {
    PromptStream stream = stream(false);
    text(stream, "execution_start", "");
    stream.executed("4", TestJson.MAPPER.readTree("{\"text\": [\"done\"]}"));
    text(stream, "executing", "x".repeat(10_000));
    JsonNode outputs = TestJson.MAPPER.readTree("{\"4\": {\"text\": [\"done\"]}}");
    end(stream, outputs, "execution_success");

    stream.answered();

    assertThat(types())
        .containsExactly("execution_start", "execution_cached", "executed", "execution_success");
  }
}
