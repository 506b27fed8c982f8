package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which frames of a server's WebSocket are those of a client's prompt. */
class ServerFramesTest {
  private static final UUID JOB = UUID.fromString("0a000000-0000-4000-8000-000000000001");

  private final List<OutgoingFrame> sent = new ArrayList<>();
  private final ClientSessions sessions = new ClientSessions();
  private final PromptStreams streams =
      new PromptStreams(sessions, (stream, type, frame) -> {}, 1_000, new MemoryBudget(1_000));
  private final PoolFeatures features = new PoolFeatures(1_000);
  private final ServerFrames frames = new ServerFrames("gpu", streams, features, TestJson.MAPPER);
  private PromptStream stream;

  @BeforeEach
  void follow() {
    sessions.add(new ClientSessions.Member(new SessionKey("ann", "tab"), true, sent::add));
    stream =
        streams
            .of(
                new ClientPrompt(
                    JOB, "ann", JOB, Optional.of("tab"), 0, Instant.EPOCH, Optional.empty(), false),
                true)
            .orElseThrow();
  }

  private void executing(UUID job, String node) {
    frames.text(
        "{\"type\":\"executing\",\"data\":{\"node\":%s,\"prompt_id\":\"%s\"}}"
            .formatted(node, job));
  }

  private static Buffer picture(int type, int second, String rest) {
    return Buffer.buffer().appendInt(type).appendInt(second).appendString(rest);
  }

  private static Buffer withMetadata(String metadata) {
    return picture(4, metadata.getBytes(StandardCharsets.UTF_8).length, metadata + "PICTURE");
  }

  @Test
  void clients_are_told_what_all_servers_support() {
    assertThat(features.flags().path("max_upload_size").asLong()).isEqualTo(1_000);
    assertThat(features.flags().path("supports_preview_metadata").asBoolean()).isTrue();

    frames.text(
        "{\"type\": \"feature_flags\", \"data\": {\"supports_preview_metadata\": true, \"max_upload_size\": 500}}");
    assertThat(features.flags().path("supports_preview_metadata").asBoolean()).isTrue();
    assertThat(features.flags().path("max_upload_size").asLong()).isEqualTo(500);

    new ServerFrames("other", streams, features, TestJson.MAPPER)
        .text(
            "{\"type\":\"feature_flags\",\"data\":{\"supports_preview_metadata\":false,\"max_upload_size\":2000}}");
    frames.text("{\"type\":\"feature_flags\",\"data\":[\"no object\"]}");
    frames.text("{\"type\":\"feature_flags\", no JSON");
    assertThat(features.flags().path("supports_preview_metadata").asBoolean()).isFalse();
    assertThat(features.flags().path("max_upload_size").asLong()).isEqualTo(1_000);

    features.among("gpu"::equals);
    assertThat(features.flags().path("supports_preview_metadata").asBoolean()).isTrue();
  }

  @Test
  void frames_of_other_prompts_and_of_node_packs_are_not_passed_on() {
    executing(UUID.randomUUID(), "\"1\"");
    frames.text("{\"type\":\"crystools.monitor\",\"data\":{}}");
    frames.text("{\"type\":\"status\",\"data\":{}}");
    frames.text("no JSON");
    frames.text("{\"type\":\"unknown\",\"data\":{\"prompt_id\":\"" + JOB + "\"}}");

    assertThat(sent).isEmpty();
  }

  @Test
  void a_binary_frame_without_a_prompt_is_of_the_one_that_runs() {
    frames.binary(picture(1, 1, "nobody"));
    executing(JOB, "\"1\"");
    frames.binary(picture(1, 1, "mine"));
    frames.binary(picture(3, 1, "1text"));
    executing(UUID.randomUUID(), "\"1\"");
    frames.binary(picture(1, 1, "foreign"));
    executing(JOB, "\"2\"");
    executing(JOB, "null");
    frames.binary(picture(1, 1, "after the end"));

    assertThat(sent.stream().filter(OutgoingFrame.Binary.class::isInstance)).hasSize(2);
  }

  @Test
  void a_picture_with_metadata_is_of_the_prompt_that_it_names() {
    frames.binary(withMetadata("{\"prompt_id\":\"" + UUID.randomUUID() + "\"}"));
    assertThat(sent).isEmpty();

    frames.binary(withMetadata("{\"prompt_id\":\"" + JOB + "\",\"image_type\":\"image/png\"}"));
    executing(JOB, "\"9\"");
    // After the start, which nobody reported.
    assertThat(sent).hasSize(4);
    assertThat(sent.get(2)).isInstanceOf(OutgoingFrame.Binary.class);
    assertThat(sent.get(2).topic()).isEmpty();
  }

  @Test
  void what_is_broken_is_ignored() {
    frames.binary(Buffer.buffer("short"));
    frames.binary(picture(4, 1_000_000, "too long"));
    frames.binary(picture(4, -1, "negative"));
    frames.binary(picture(4, 4, "nope and a picture"));
    frames.binary(picture(9, 1, "unknown"));

    assertThat(sent).isEmpty();
  }

  @Test
  void frames_of_a_server_that_has_lost_the_prompt_are_not_passed_on() {
    stream.sentTo("another");

    executing(JOB, "\"1\"");

    assertThat(sent).isEmpty();
  }

  @Test
  void the_output_of_a_node_is_passed_on_where_it_names_no_file() {
    frames.text(
        "{\"type\":\"executed\",\"data\":{\"node\":\"4\",\"prompt_id\":\"%s\",\"output\":{\"text\":[\"hi\"]}}}"
            .formatted(JOB));

    assertThat(sent).hasSize(3);
    assertThat(((OutgoingFrame.Text) sent.get(2)).text()).contains("\"hi\"");
  }
}
