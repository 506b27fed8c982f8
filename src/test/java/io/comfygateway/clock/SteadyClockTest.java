package io.comfygateway.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What becomes of pauses when the wall clock is set back. */
class SteadyClockTest {
  private final SettableClock wall = new SettableClock();
  private final AtomicLong nano = new AtomicLong();
  private final List<Duration> steps = new ArrayList<>();

  private void pass(Duration time) {
    wall.advance(time);
    nano.addAndGet(time.toNanos());
  }

  @Test
  void a_pause_is_no_longer_where_the_clock_is_set_back_an_hour() {
    SteadyClock steady = new SteadyClock(wall);
    Instant end = steady.instant().plusSeconds(3);

    wall.advance(Duration.ofHours(-1));
    assertThat(steady.instant()).isBefore(end);
    wall.advance(Duration.ofSeconds(3));

    assertThat(steady.instant()).isEqualTo(end);
  }

  @Test
  void it_goes_forward_with_the_wall_clock() {
    SteadyClock steady = new SteadyClock(wall);
    Instant before = steady.instant();

    wall.advance(Duration.ofHours(2));

    assertThat(steady.instant()).isEqualTo(before.plus(Duration.ofHours(2)));
  }

  @Test
  void a_clock_that_is_set_back_is_noticed_once_and_how_far() {
    ClockSteps watch = new ClockSteps(wall, nano::get, List.of((by, before) -> steps.add(by)));
    pass(Duration.ofSeconds(1));
    watch.look();

    wall.advance(Duration.ofHours(-1));
    pass(Duration.ofSeconds(1));
    watch.look();
    pass(Duration.ofSeconds(1));
    watch.look();

    assertThat(steps).containsExactly(Duration.ofHours(1));
  }

  @Test
  void a_clock_that_is_adjusted_or_set_forward_or_a_process_that_stood_still_is_no_step_back() {
    ClockSteps watch = new ClockSteps(wall, nano::get, List.of((by, before) -> steps.add(by)));
    nano.addAndGet(Duration.ofMillis(500).toNanos());
    watch.look();
    wall.advance(Duration.ofHours(1));
    watch.look();
    pass(Duration.ofMinutes(5));
    watch.look();

    assertThat(steps).isEmpty();
  }
}
