package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.http.MemoryBudget;
import io.comfygateway.http.OutgoingFrame;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Of which prompt a client hears, and when it hears of the next. */
class ClientLineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final List<String> heard = new ArrayList<>();
  private boolean isThere = true;
  private ClientLine line = line(100_000);

  private ClientLine line(long most) {
    return new ClientLine(
        new ClientLine.Client() {
          @Override
          public boolean isThere() {
            return isThere;
          }

          @Override
          public boolean send(ClientFrame frame) {
            if (isThere) {
              heard.add(
                  frame.forClient(false) instanceof OutgoingFrame.Text text
                      ? text.text()
                      : "bytes");
            }
            return isThere;
          }
        },
        new HeldFrames(most, new MemoryBudget(most)));
  }

  private UUID join(double number) {
    return join(number, Instant.EPOCH, true);
  }

  private UUID join(double number, Instant when, boolean isAnswered) {
    UUID job = UUID.randomUUID();
    line.join(
        new ClientPrompt(
            job, "ann", job, Optional.of("tab"), number, when, Optional.empty(), false),
        isAnswered);
    return job;
  }

  private boolean tell(UUID job, String text) {
    return line.tell(job, ClientFrame.text(text, ""));
  }

  private void end(UUID job, String text) {
    line.ended(job, () -> tell(job, text));
  }

  private void waited(int seconds, UUID... running) {
    assertThat(line.isHeldUp()).isTrue();
    line.passOver(Set.of(running)::contains, Instant.EPOCH.plusSeconds(1_000 + seconds), PATIENCE);
  }

  @Test
  void frames_of_a_prompt_come_after_the_end_of_the_one_before() {
    UUID first = join(0);
    UUID second = join(1);
    tell(first, "a start");
    tell(second, "b start");
    tell(first, "a runs");
    assertThat(heard).containsExactly("a start", "a runs");

    end(first, "a end");

    assertThat(heard).containsExactly("a start", "a runs", "a end", "b start");
    tell(second, "b runs");
    assertThat(heard).endsWith("b start", "b runs");
  }

  @Test
  void one_that_ended_early_is_told_to_its_end_in_its_turn() {
    UUID first = join(0);
    UUID second = join(1);
    UUID third = join(2);
    tell(third, "c start");
    end(third, "c end");
    tell(second, "b start");
    end(second, "b end");
    assertThat(heard).isEmpty();
    assertThat(line.untold()).containsExactlyInAnyOrder(second, third);

    tell(first, "a start");
    end(first, "a end");

    assertThat(heard).containsExactly("a start", "a end", "b start", "b end", "c start", "c end");
    assertThat(line.isEmpty()).isTrue();
  }

  @Test
  void the_order_is_that_of_the_queue_except_for_what_has_begun() {
    UUID late = join(1, Instant.EPOCH.plusSeconds(1), true);
    UUID early = join(1, Instant.EPOCH, true);
    UUID current = join(0);
    tell(current, "current");
    UUID front = join(-5);
    end(late, "late");
    end(early, "early");
    end(front, "front");
    assertThat(heard).containsExactly("current");

    end(current, "end");

    assertThat(heard).containsExactly("current", "end", "front", "early", "late");
  }

  @Test
  void nothing_is_sent_before_the_answer_not_even_of_later_prompts() {
    UUID first = join(0, Instant.EPOCH, false);
    UUID second = join(1);
    end(first, "a");
    end(second, "b");
    assertThat(heard).isEmpty();
    assertThat(line.isAnswered(first)).isFalse();

    line.answered(first);
    line.answered(first);

    assertThat(heard).containsExactly("a", "b");
  }

  @Test
  void one_that_is_gone_gives_up_its_turn() {
    UUID first = join(0);
    UUID second = join(1);
    tell(first, "a start");
    end(second, "b");

    line.leave(first);

    assertThat(heard).containsExactly("a start", "b");
    assertThat(tell(first, "late")).isTrue();
    assertThat(heard).doesNotContain("late");
  }

  @Test
  void an_end_that_could_not_be_sent_keeps_its_turn_and_is_sent_once() {
    UUID first = join(0);
    UUID second = join(1);
    end(second, "b");
    assertThatThrownBy(
            () ->
                line.ended(
                    first,
                    () -> {
                      throw new IllegalStateException("the database is away");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(heard).isEmpty();

    end(first, "a");

    assertThat(heard).containsExactly("a", "b");
  }

  @Test
  void a_prompt_that_does_not_run_is_passed_over_and_still_has_its_turn() {
    UUID away = join(0);
    UUID alsoAway = join(1);
    UUID runs = join(2);
    UUID next = join(3);
    tell(runs, "c start");
    end(next, "d");
    waited(0);
    waited(9);
    assertThat(heard).isEmpty();

    waited(10);

    assertThat(heard).containsExactly("c start");
    tell(away, "a start");
    assertThat(heard).containsExactly("c start");
    end(runs, "c end");
    assertThat(heard).containsExactly("c start", "c end", "a start");
    end(away, "a end");
    assertThat(heard).endsWith("a end", "d");
    end(alsoAway, "b");
    assertThat(heard).endsWith("d", "b");
    assertThat(line.isEmpty()).isTrue();
  }

  @Test
  void a_prompt_that_runs_holds_up_others_however_long_it_is_silent() {
    UUID first = join(0);
    UUID second = join(1);
    tell(first, "a start");
    end(second, "b");

    waited(0, first);
    waited(1_000, first);
    waited(2_000);
    waited(2_009);
    assertThat(heard).containsExactly("a start");
    waited(2_010);

    assertThat(heard).containsExactly("a start", "b");
    end(first, "a end");
    assertThat(heard).containsExactly("a start", "b", "a end");
  }

  @Test
  void time_counts_only_while_others_are_held_up() {
    UUID first = join(0);
    UUID second = join(1);
    assertThat(line.isHeldUp()).isFalse();
    tell(second, "b");
    waited(0);
    line.leave(second);
    assertThat(line.isHeldUp()).isFalse();
    UUID third = join(2);
    tell(third, "c");

    waited(20);
    assertThat(heard).isEmpty();
    waited(30);

    assertThat(heard).containsExactly("c");
    assertThat(line.isCurrent(third)).isTrue();
    assertThat(line.isCurrent(first)).isFalse();
  }

  @Test
  void without_room_only_the_end_is_told() {
    line = line(1_000);
    UUID first = join(0);
    UUID second = join(1);
    tell(first, "a start");
    assertThat(tell(second, "b start")).isTrue();
    assertThat(tell(second, "x".repeat(1_000))).isFalse();
    assertThat(tell(second, "b runs")).isFalse();
    assertThat(line.tell(second, ClientFrame.text("b progress", "progress b"))).isTrue();

    end(second, "b end");
    end(first, "a end");

    assertThat(heard).containsExactly("a start", "a end", "b end");
  }

  @Test
  void a_picture_that_finds_no_room_takes_no_message_with_it() {
    line = line(1_000);
    UUID first = join(0);
    UUID second = join(1);
    tell(first, "a start");
    tell(second, "b start");

    assertThat(line.tell(second, ClientFrame.binary(Buffer.buffer(new byte[1_000]), ""))).isTrue();
    end(first, "a end");

    assertThat(heard).containsExactly("a start", "a end", "b start");
  }

  @Test
  void a_turn_that_nobody_heard_of_does_not_count_when_a_client_connects() {
    UUID second = join(1);
    isThere = false;
    tell(second, "b runs");
    UUID first = join(0);
    end(first, "a");
    isThere = true;

    line.connects();
    line.advance();
    tell(second, "b runs on");

    assertThat(heard).containsExactly("a", "b runs on");
  }

  @Test
  void a_turn_that_was_heard_goes_on_when_a_client_connects_again() {
    UUID second = join(1);
    tell(second, "b start");
    UUID first = join(0);
    end(first, "a");

    line.connects();
    line.advance();
    end(second, "b end");

    assertThat(heard).containsExactly("b start", "b end", "a");
  }

  @Test
  void for_a_client_that_is_away_messages_are_held_and_previews_are_not() {
    UUID first = join(0);
    UUID second = join(1);
    tell(first, "a start");
    isThere = false;
    tell(second, "b start");
    line.tell(second, ClientFrame.binary(Buffer.buffer("preview"), PromptStream.PREVIEW + "b"));
    isThere = true;

    end(first, "a end");

    assertThat(heard).containsExactly("a start", "a end", "b start");
  }
}
