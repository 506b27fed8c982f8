package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.SettableClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.dao.QueryTimeoutException;

/** How soon a stream notices that its session has ended. */
class AdmissionWatchTest {
  private final SettableClock clock = new SettableClock();
  private final AtomicInteger looks = new AtomicInteger();

  @Test
  void it_looks_every_two_seconds_and_an_end_is_final() {
    AdmissionWatch watch = new AdmissionWatch(() -> looks.incrementAndGet() < 2, clock);

    assertThat(watch.getAsBoolean()).isTrue();
    assertThat(looks).hasValue(0);
    clock.advance(Duration.ofSeconds(2));
    assertThat(watch.getAsBoolean()).isTrue();
    assertThat(watch.getAsBoolean()).isTrue();
    assertThat(looks).hasValue(1);
    clock.advance(Duration.ofSeconds(2));
    assertThat(watch.getAsBoolean()).isFalse();
    clock.advance(Duration.ofSeconds(2));
    assertThat(watch.getAsBoolean()).isFalse();
    assertThat(looks).hasValue(2);
  }

  @Test
  void it_stays_while_the_database_does_not_answer() {
    AdmissionWatch watch =
        new AdmissionWatch(
            () -> {
              throw new QueryTimeoutException("down");
            },
            clock);

    clock.advance(Duration.ofSeconds(2));

    assertThat(watch.getAsBoolean()).isTrue();
  }
}
