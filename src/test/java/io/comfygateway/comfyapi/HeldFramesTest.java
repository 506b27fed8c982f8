package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.http.MemoryBudget;
import io.comfygateway.http.OutgoingFrame;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is kept of frames that are held back, and what is dropped. */
class HeldFramesTest {
  private static final UUID JOB = UUID.randomUUID();
  private static final UUID OTHER = UUID.randomUUID();

  // Each frame takes 256 bytes beside its content.
  private final MemoryBudget all = new MemoryBudget(5 * 300);
  private final HeldFrames held = new HeldFrames(4 * 300, all);

  private boolean message(UUID job, String text) {
    return held.add(job, ClientFrame.text(text, ""));
  }

  private boolean progress(String text) {
    return held.add(JOB, ClientFrame.text(text, "progress " + JOB));
  }

  private boolean preview(UUID job, String picture) {
    return held.add(job, ClientFrame.binary(Buffer.buffer(picture), PromptStream.PREVIEW + job));
  }

  private List<String> taken(UUID job) {
    return held.take(job).stream()
        .map(
            frame ->
                frame.forClient(false) instanceof OutgoingFrame.Binary binary
                    ? binary.bytes().toString()
                    : ((OutgoingFrame.Text) frame.forClient(false)).text())
        .toList();
  }

  @Test
  void each_prompt_gets_its_frames_in_their_order_once() {
    message(JOB, "a");
    message(OTHER, "b");
    preview(JOB, "p");

    assertThat(taken(JOB)).containsExactly("a", "p");
    assertThat(taken(JOB)).isEmpty();
    assertThat(taken(OTHER)).containsExactly("b");
  }

  @Test
  void the_oldest_previews_give_way_and_messages_and_results_stay() {
    preview(OTHER, "p1");
    preview(JOB, "p2");
    message(JOB, "m1");
    held.add(JOB, ClientFrame.binary(Buffer.buffer("result"), ""));
    assertThat(message(JOB, "m2")).isTrue();
    assertThat(taken(OTHER)).isEmpty();
    assertThat(preview(JOB, "p3")).isTrue();

    assertThat(taken(JOB)).containsExactly("m1", "result", "m2", "p3");
  }

  @Test
  void what_finds_no_room_beside_messages_is_refused_or_left_out() {
    for (int i = 0; i < 4; i++) {
      assertThat(message(JOB, "m" + i)).isTrue();
    }

    assertThat(message(JOB, "m4")).isFalse();
    assertThat(preview(JOB, "p")).isTrue();
    assertThat(progress("1")).isTrue();
    assertThat(taken(JOB)).containsExactly("m0", "m1", "m2", "m3");
    assertThat(message(JOB, "m4")).isTrue();
  }

  @Test
  void the_newest_progress_of_a_node_takes_the_place_of_older_ones() {
    message(JOB, "node 3");
    progress("1/4");
    preview(JOB, "p");
    progress("4/4");
    message(JOB, "node 4");
    progress("1/2");

    assertThat(taken(JOB)).containsExactly("node 3", "4/4", "node 4", "1/2");
  }

  @Test
  void what_other_clients_hold_counts_too_until_it_is_taken() {
    HeldFrames others = new HeldFrames(4 * 300, all);
    for (int i = 0; i < 3; i++) {
      others.add(OTHER, ClientFrame.text("o" + i, ""));
    }
    message(JOB, "m1");
    message(JOB, "m2");
    assertThat(message(JOB, "m3")).isFalse();

    others.take(OTHER);

    assertThat(message(JOB, "m3")).isTrue();
    assertThat(taken(JOB)).containsExactly("m1", "m2", "m3");
  }
}
