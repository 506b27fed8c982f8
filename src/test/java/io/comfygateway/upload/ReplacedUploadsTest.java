package io.comfygateway.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What was replaced can be read for a moment, and never takes much room. */
class ReplacedUploadsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final UUID ONE = new UUID(0, 1);
  private static final UUID TWO = new UUID(0, 2);

  private final ReplacedUploads replaced = new ReplacedUploads(100);

  @Test
  void a_file_stays_for_a_minute() {
    replaced.add(ONE, 50, NOW);
    replaced.add(TWO, 50, NOW.plusSeconds(30));

    assertThat(replaced.due(NOW.plusSeconds(59))).isEmpty();
    assertThat(replaced.due(NOW.plusSeconds(60))).containsExactly(ONE);
    assertThat(replaced.due(NOW.plusSeconds(90))).containsExactly(TWO);
    assertThat(replaced.due(NOW.plusSeconds(90))).isEmpty();
  }

  @Test
  void the_oldest_go_at_once_where_there_is_too_much() {
    replaced.add(ONE, 60, NOW);
    replaced.add(TWO, 60, NOW);

    assertThat(replaced.due(NOW)).containsExactly(ONE);
    replaced.add(ONE, 101, NOW);
    assertThat(replaced.due(NOW)).containsExactly(TWO, ONE);
  }
}
