package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.http.OutgoingFrame.Text;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a client gets that reads slowly, and what it costs. */
class OutgoingFramesTest {
  private static final int MOST = 100;

  private final List<String> written = new ArrayList<>();
  private final List<Runnable> unsent = new ArrayList<>();
  private boolean reads = true;
  private boolean full;
  private final MemoryBudget all = new MemoryBudget(1_000);
  private final OutgoingFrames frames =
      new OutgoingFrames(
          new OutgoingFrames.Wire() {
            @Override
            public boolean isFull() {
              return full;
            }

            @Override
            public void write(OutgoingFrame frame, Runnable sent) {
              written.add(frame instanceof Text text ? text.text() : "binary " + frame.size());
              unsent.add(sent);
              if (reads) {
                allSent();
              }
            }
          },
          MOST,
          all);

  private boolean send(String text, String topic) {
    return frames.send(new Text(text, topic));
  }

  private void allSent() {
    unsent.forEach(Runnable::run);
    unsent.clear();
  }

  private void drain() {
    full = false;
    frames.drained();
  }

  @Test
  void a_client_that_reads_gets_every_frame_at_once() {
    send("1", "progress");
    send("2", "progress");
    frames.send(new OutgoingFrame.Binary(Buffer.buffer(new byte[MOST * 3]), ""));

    assertThat(written).containsExactly("1", "2", "binary 300");
    assertThat(frames.waiting()).isZero();
  }

  @Test
  void the_newest_progress_replaces_what_was_not_read() {
    full = true;
    send("start", "");
    send("1", "progress");
    send("executed", "");
    send("2", "progress");
    send("other", "preview");

    assertThat(frames.waiting()).isEqualTo(4);
    drain();
    assertThat(written).containsExactly("start", "executed", "2", "other");
  }

  @Test
  void under_pressure_progress_is_left_out_before_the_client_is_given_up() {
    full = true;
    assertThat(send("p".repeat(60), "progress")).isTrue();
    assertThat(send("e".repeat(60), "")).isTrue();
    assertThat(frames.waiting()).isEqualTo(1);
    assertThat(send("x".repeat(60), "")).isFalse();
  }

  @Test
  void a_single_frame_may_be_larger_than_what_may_wait() {
    full = true;

    assertThat(send("r".repeat(MOST * 2), "")).isTrue();
    drain();
    assertThat(written).hasSize(1);
  }

  @Test
  void what_waits_for_all_clients_together_is_bounded_and_free_again_when_one_leaves() {
    full = true;
    assertThat(all.take(950)).isTrue();

    assertThat(send("p".repeat(40), "progress")).isTrue();
    assertThat(send("e".repeat(40), "")).isTrue();
    assertThat(frames.waiting()).isEqualTo(1);
    assertThat(send("q".repeat(40), "preview")).isTrue();
    assertThat(frames.waiting()).isEqualTo(1);
    assertThat(send("x".repeat(40), "")).isFalse();

    frames.discard();
    assertThat(all.take(50)).isTrue();
    all.leave(1_000);
    assertThat(send("x".repeat(40), "")).isTrue();
    drain();
    assertThat(all.take(1_000)).isTrue();
  }

  @Test
  void what_was_written_counts_until_it_is_sent() {
    reads = false;
    assertThat(send("w".repeat(60), "")).isTrue();
    assertThat(send("p".repeat(60), "preview")).isTrue();
    assertThat(written).hasSize(1);
    full = true;
    assertThat(send("r".repeat(60), "")).isTrue();
    assertThat(send("x", "")).isFalse();

    assertThat(all.take(900)).isFalse();
    allSent();
    assertThat(all.take(900)).isTrue();
    assertThat(send("y".repeat(40), "")).isTrue();
  }

  @Test
  void the_first_frame_of_a_client_needs_room_beside_those_for_others() {
    reads = false;
    assertThat(all.take(950)).isTrue();

    assertThat(send("p".repeat(60), "preview")).isTrue();
    assertThat(written).isEmpty();
    assertThat(send("r".repeat(60), "")).isFalse();
  }

  @Test
  void what_a_client_that_left_was_never_sent_is_counted_once() {
    reads = false;
    send("w".repeat(60), "");
    frames.discard();
    assertThat(all.take(1_000)).isTrue();

    allSent();
    assertThat(all.take(1)).isFalse();
  }

  @Test
  void later_frames_wait_behind_those_that_are_not_written_yet() {
    full = true;
    send("1", "");
    full = false;
    send("2", "");

    assertThat(written).isEmpty();
    drain();
    assertThat(written).containsExactly("1", "2");
  }
}
