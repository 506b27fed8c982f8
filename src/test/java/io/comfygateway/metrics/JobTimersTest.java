package io.comfygateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The idle time of servers, without a gateway. */
class JobTimersTest {
  private static final Instant NOON = Instant.parse("2027-01-31T12:00:00Z");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final JobTimers timers = new JobTimers(registry);

  private static Instant at(long seconds) {
    return NOON.plusSeconds(seconds);
  }

  @Test
  void the_series_of_every_outcome_and_stage_exist_from_the_start() {
    assertThat(registry.find("gateway.job").timers())
        .extracting(timer -> timer.getId().getTag("status"))
        .contains("succeeded", "failed");
    assertThat(registry.find("gateway.job.stage").timers())
        .extracting(timer -> timer.getId().getTag("stage"))
        .containsExactlyInAnyOrder("queued", "ready", "running", "collecting");
  }

  @Test
  void a_server_was_idle_where_the_next_prompt_was_there_and_did_not_begin() {
    timers.ran("gpu", at(0), Optional.of(at(1)), at(10));
    timers.ran("gpu", at(5), Optional.of(at(12)), at(20));

    assertThat(timers.gap("gpu").count()).isOne();
    assertThat(timers.gap("gpu").totalTime(TimeUnit.SECONDS)).isEqualTo(2);
  }

  @Test
  void a_server_without_a_waiting_prompt_was_not_idle() {
    timers.ran("gpu", at(0), Optional.of(at(1)), at(10));
    timers.ran("gpu", at(15), Optional.of(at(16)), at(20));
    timers.ran("other", at(0), Optional.of(at(30)), at(40));

    assertThat(timers.gap("gpu").count()).isZero();
    assertThat(timers.gap("other").count()).isZero();
  }

  @Test
  void clocks_that_differ_make_no_negative_time() {
    timers.ran("gpu", at(0), Optional.of(at(1)), at(10));
    timers.ran("gpu", at(5), Optional.of(at(9)), at(20));

    assertThat(timers.gap("gpu").totalTime(TimeUnit.SECONDS)).isZero();
    assertThat(timers.gap("gpu").max(TimeUnit.SECONDS)).isZero();
  }
}
