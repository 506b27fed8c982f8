package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.StateProbe.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StateProbeTest {
  private static final Duration HOLD = Duration.ofSeconds(5);
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofSeconds(20);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final AtomicInteger reads = new AtomicInteger();
  private volatile Supplier<String> source = () -> "first";

  private StateProbe<String> probe(Duration limit) {
    return new StateProbe<>(
        "test",
        () -> {
          reads.incrementAndGet();
          return source.get();
        },
        HOLD,
        limit,
        now::get);
  }

  private void later(long seconds) {
    now.updateAndGet(instant -> instant.plusSeconds(seconds));
  }

  @Test
  void a_state_is_read_once_and_held() {
    StateProbe<String> probe = probe(LONG);

    assertThat(probe.latest()).isEqualTo(new Reading<>(Optional.of("first"), Duration.ZERO, true));
    later(4);
    assertThat(probe.latest().age()).isEqualTo(Duration.ofSeconds(4));
    assertThat(reads).hasValue(1);

    later(1);
    source = () -> "second";
    assertThat(probe.latest().value()).contains("second");
    assertThat(reads).hasValue(2);
  }

  @Test
  void a_source_that_says_nothing_is_waited_for_for_the_limit_and_its_last_state_is_told() {
    StateProbe<String> probe = probe(SHORT);
    Awaitility.await().until(() -> probe.latest().current());
    CompletableFuture<String> silent = new CompletableFuture<>();
    source = silent::join;
    later(60);

    Reading<String> told = probe.latest();
    assertThat(told).isEqualTo(new Reading<>(Optional.of("first"), Duration.ofSeconds(60), false));
    later(60);
    for (int i = 0; i < 1_000; i++) {
      assertThat(probe.latest().age()).isEqualTo(Duration.ofSeconds(120));
    }
    assertThat(reads).as("one read at a time").hasValue(2);

    silent.complete("second");
    Awaitility.await().until(() -> probe.latest().value().filter("second"::equals).isPresent());
    assertThat(probe.latest().current()).isTrue();
  }

  @Test
  void a_source_that_fails_is_not_current_and_is_asked_again_after_the_hold() {
    StateProbe<String> probe = probe(LONG);
    source =
        () -> {
          throw new IllegalStateException("refused");
        };

    assertThat(probe.latest()).isEqualTo(new Reading<>(Optional.empty(), Duration.ZERO, false));
    assertThat(probe.latest().current()).isFalse();
    assertThat(reads).hasValue(1);

    later(5);
    source = () -> "back";
    assertThat(probe.latest()).isEqualTo(new Reading<>(Optional.of("back"), Duration.ZERO, true));
  }

  @Test
  void a_clock_that_is_set_back_does_not_stretch_the_hold() {
    StateProbe<String> probe = probe(LONG);
    probe.latest();
    source = () -> "second";

    later(-3_600);
    assertThat(probe.latest().age()).isEqualTo(Duration.ZERO);
    later(5);

    assertThat(probe.latest().value()).contains("second");
  }
}
