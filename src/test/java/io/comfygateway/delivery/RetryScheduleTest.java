package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.delivery.Outcome.Answered;
import io.comfygateway.delivery.Outcome.NoAnswer;
import io.comfygateway.delivery.Outcome.Refused;
import io.comfygateway.delivery.Verdict.Delivered;
import io.comfygateway.delivery.Verdict.GiveUp;
import io.comfygateway.delivery.Verdict.TryAgain;
import io.comfygateway.retry.RetryDelays;
import io.comfygateway.retry.StatusList;
import io.comfygateway.retry.StatusPeriods;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryScheduleTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final RetryDelays DELAYS = RetryDelays.parse("0s,5s,30s,2m,10m,30m,2h,5h,10h");
  private static final Duration LATE = Duration.ofMinutes(10);

  private final RetrySchedule schedule =
      new RetrySchedule(rules("0s,5s,30s,2m,10m,30m,2h,5h,10h", 0), InstantSource.fixed(NOW));

  /** The rules that ship, with other delays and another jitter. */
  static RetryRules rules(String delays, double jitter) {
    return new RetryRules(
        RetryDelays.parse(delays),
        StatusList.parse("408,409,425,429,500-599"),
        StatusPeriods.parse("404:10m,409:10m,500:1m"),
        RetryDelays.parse("1s,2s,3s,5s,5s,10s,15s,30s"),
        Duration.ofDays(1),
        jitter);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 299})
  void any_2xx_is_delivered(int status) {
    assertThat(judge(1, status)).isEqualTo(new Delivered());
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 302, 303, 304, 307, 308})
  void a_redirect_is_not_followed(int status) {
    assertThat(judge(1, status))
        .isEqualTo(new GiveUp("the receiver answered " + status + "; redirects are not followed"));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 402, 403, 405, 406, 410, 411, 413, 415, 422, 451})
  void a_refusal_is_final(int status) {
    assertThat(judge(1, status)).isEqualTo(new GiveUp("the receiver answered " + status));
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 501, 502, 503, 504, 521, 599})
  void what_may_pass_is_tried_again_on_schedule(int status) {
    assertThat(judge(1, status))
        .isEqualTo(new TryAgain(NOW.plusSeconds(5), "the receiver answered " + status));
  }

  @Test
  void no_answer_is_tried_again_and_a_refused_target_is_not() {
    assertThat(schedule.judge(3, new NoAnswer("it took too long"), Duration.ofSeconds(95)))
        .isEqualTo(new TryAgain(NOW.plus(Duration.ofMinutes(2)), "it took too long"));
    assertThat(schedule.judge(1, new Refused("not allowed"), Duration.ZERO))
        .isEqualTo(new GiveUp("not allowed"));
  }

  @Test
  void a_dead_receiver_is_tried_at_every_delay_of_the_list_and_then_given_up() {
    List<Duration> waits = waitsUntilGivenUp(Outcome.answered(503), Duration.ZERO);

    assertThat(waits).isEqualTo(DELAYS.delays().subList(1, DELAYS.size()));
  }

  @Test
  void slow_failures_do_not_cost_tries() {
    List<Duration> waits = waitsUntilGivenUp(new NoAnswer("timeout"), Duration.ofSeconds(30));

    assertThat(waits).isEqualTo(DELAYS.delays().subList(1, DELAYS.size()));
  }

  @Test
  void a_dead_letter_says_how_often_it_was_tried() {
    assertThat(schedule.judge(9, Outcome.answered(503), Duration.ofDays(1)))
        .isEqualTo(new GiveUp("the receiver answered 503; given up after 9 tries"));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "3,3", "4,5", "5,5", "6,10", "7,15", "8,30", "30,30"})
  void a_receiver_that_may_not_be_there_yet_is_asked_every_few_seconds(int attempts, int seconds) {
    for (int status : new int[] {404, 409}) {
      assertThat(
              schedule.judge(attempts, Outcome.answered(status), LATE.minus(Duration.ofMillis(1))))
          .isEqualTo(new TryAgain(NOW.plusSeconds(seconds), "the receiver answered " + status));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,0,1", "2,1,2", "3,3,3", "4,6,5", "7,26,15", "8,59,30"})
  void an_n8n_that_fails_while_its_workflow_does_not_wait_yet_is_asked_again_soon(
      int attempts, int since, int seconds) {
    assertThat(schedule.judge(attempts, Outcome.answered(500), Duration.ofSeconds(since)))
        .isEqualTo(new TryAgain(NOW.plusSeconds(seconds), "the receiver answered 500"));
  }

  @Test
  void after_a_minute_500_goes_on_with_the_list() {
    assertThat(schedule.judge(9, Outcome.answered(500), Duration.ofMinutes(1)))
        .isEqualTo(new TryAgain(NOW.plus(Duration.ofMinutes(2)), "the receiver answered 500"));
  }

  @Test
  void after_ten_minutes_404_is_final_and_409_goes_on_with_the_list() {
    assertThat(schedule.judge(25, Outcome.answered(404), LATE))
        .isEqualTo(new GiveUp("the receiver answered 404"));
    assertThat(schedule.judge(25, Outcome.answered(409), LATE))
        .isEqualTo(new TryAgain(NOW.plus(Duration.ofMinutes(10)), "the receiver answered 409"));
  }

  @Test
  void early_tries_do_not_use_up_the_list() {
    assertThat(schedule.judge(6, Outcome.answered(503), Duration.ofSeconds(16)))
        .isEqualTo(new TryAgain(NOW.plusSeconds(30), "the receiver answered 503"));
    assertThat(schedule.judge(30, Outcome.answered(503), Duration.ofHours(1)))
        .isEqualTo(new TryAgain(NOW.plus(Duration.ofHours(2)), "the receiver answered 503"));
    assertThat(schedule.judge(30, Outcome.answered(503), Duration.ofHours(18)))
        .isInstanceOf(GiveUp.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "120                            | 120",
        "3                              | 5",
        "0                              | 5",
        "86400                          | 86400",
        "86401                          | 86400",
        "99999999999999999999           | 86400",
        "Sun, 01 Mar 2026 12:01:00 GMT  | 60",
        "Sun, 01 Mar 2026 11:00:00 GMT  | 5",
        "Fri, 01 Mar 2030 12:00:00 GMT  | 86400",
        "-5                             | 5",
        "soon                           | 5",
        "''                             | 5",
      })
  void retry_after_is_honoured_up_to_a_day_and_never_shortens_the_wait(String header, int seconds) {
    Outcome outcome = new Answered(429, Optional.of(header), "");

    assertThat(schedule.judge(1, outcome, Duration.ZERO))
        .isEqualTo(new TryAgain(NOW.plusSeconds(seconds), "the receiver answered 429"));
  }

  @Test
  void retry_after_is_honoured_of_an_early_404_too_but_not_of_a_final_answer() {
    assertThat(schedule.judge(1, new Answered(404, Optional.of("60"), ""), Duration.ZERO))
        .isEqualTo(new TryAgain(NOW.plusSeconds(60), "the receiver answered 404"));
    assertThat(schedule.judge(1, new Answered(410, Optional.of("60"), ""), Duration.ZERO))
        .isInstanceOf(GiveUp.class);
  }

  @Test
  void jitter_only_ever_adds_and_at_most_its_part() {
    RetrySchedule jittered =
        new RetrySchedule(rules("0s,5s,30s", 0.2), InstantSource.fixed(NOW), new Random(42));
    List<Instant> times = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Verdict verdict = jittered.judge(2, Outcome.answered(503), Duration.ofSeconds(5));
      times.add(((TryAgain) verdict).at());
    }

    assertThat(times)
        .allSatisfy(at -> assertThat(at).isBetween(NOW.plusSeconds(30), NOW.plusSeconds(36)));
    assertThat(times)
        .anySatisfy(at -> assertThat(at).isBefore(NOW.plusSeconds(31)))
        .anySatisfy(at -> assertThat(at).isAfter(NOW.plusSeconds(35)));
  }

  @Test
  void the_first_try_waits_for_the_first_delay() {
    assertThat(schedule.firstTry()).isEqualTo(NOW);
    assertThat(new RetrySchedule(rules("2s", 0), InstantSource.fixed(NOW)).firstTry())
        .isEqualTo(NOW.plusSeconds(2));
  }

  @Test
  void delays_are_read_with_their_units() {
    assertThat(RetryDelays.parse("0s, 250ms,5s,2m,10h,1d").delays())
        .containsExactly(
            Duration.ZERO,
            Duration.ofMillis(250),
            Duration.ofSeconds(5),
            Duration.ofMinutes(2),
            Duration.ofHours(10),
            Duration.ofDays(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "5 s", "-5s", "5s,,1m", "5s,1w", "1.5s", "9999999999s"})
  void a_delay_that_cannot_be_read_is_named(String text) {
    assertThatThrownBy(() -> RetryDelays.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Retry delay " + (text.contains(",") ? 2 : 1));
  }

  @Test
  void a_schedule_without_delays_or_with_odd_jitter_is_refused() {
    assertThatThrownBy(() -> new RetryDelays(List.of())).hasMessageContaining("at least one delay");
    for (double jitter : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> rules("2s", jitter)).hasMessageContaining("from 0 to 1");
    }
  }

  private Verdict judge(int attempts, int status) {
    return schedule.judge(attempts, Outcome.answered(status), Duration.ZERO);
  }

  private List<Duration> waitsUntilGivenUp(Outcome outcome, Duration perTry) {
    List<Duration> waits = new ArrayList<>();
    Duration elapsed = perTry;
    for (int attempts = 1; attempts <= DELAYS.size(); attempts++) {
      Verdict verdict = schedule.judge(attempts, outcome, elapsed);
      if (verdict instanceof TryAgain again) {
        Duration wait = Duration.between(NOW, again.at());
        waits.add(wait);
        elapsed = elapsed.plus(wait).plus(perTry);
      } else {
        assertThat(verdict).isInstanceOf(GiveUp.class);
      }
    }
    return waits;
  }
}
