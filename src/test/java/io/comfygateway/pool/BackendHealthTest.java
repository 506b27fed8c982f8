package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BackendHealthTest {
  private static final BackendFailure TIMEOUT = new BackendFailure("timed out", false);
  private static final BackendFailure REFUSED = new BackendFailure("connection refused", true);

  private final SettableClock clock = new SettableClock();
  private final Backends backends =
      PoolFixture.pool(
          clock, false, PoolFixture.server("a"), PoolFixture.server("b"), PoolFixture.drained("c"));
  private final BackendHealth health = backends.health();

  private void fail(String name, BackendFailure failure, int times) {
    for (int n = 0; n < times; n++) {
      health.down(name, failure);
    }
  }

  private List<String> due() {
    return health.toProbe().stream().map(Backend::name).toList();
  }

  @Test
  void a_server_is_down_until_it_has_answered() {
    assertThat(health.isUp("a")).isFalse();
    assertThat(health.state("a"))
        .isEqualTo(new BackendHealth.State("down", false, "not probed yet"));

    assertThat(health.up("a")).isTrue();
    assertThat(health.up("a")).isFalse();

    assertThat(health.isUp("a")).isTrue();
    assertThat(health.state("a")).isEqualTo(new BackendHealth.State("up", true, ""));
    assertThat(health.answering()).containsExactly("a");
  }

  @Test
  void several_failures_in_a_row_take_a_server_out_and_fewer_do_not() {
    health.up("a");

    fail("a", TIMEOUT, PoolFixture.FAILED_PROBES - 1);
    assertThat(health.isUp("a")).isTrue();
    assertThat(health.isSilent("a")).isTrue();
    assertThat(health.answering()).isEmpty();
    assertThat(health.downSince("a")).isEmpty();
    fail("a", TIMEOUT, 1);

    assertThat(health.state("a")).isEqualTo(new BackendHealth.State("down", true, "timed out"));
    assertThat(health.downSince("a")).contains(clock.instant());
    assertThat(health.anyDown()).isTrue();
  }

  @Test
  void one_sure_failure_takes_a_server_out_and_its_node_classes_are_read_again() {
    health.up("a");
    backends.nodeClasses().objectInfo("a", PoolFixture.classes("A"));

    health.down("a", REFUSED);

    assertThat(health.isUp("a")).isFalse();
    assertThat(backends.nodeClasses().of("a")).isEmpty();
    assertThat(backends.nodeClasses().lacksObjectInfo("a")).isTrue();
  }

  @Test
  void a_server_that_is_down_is_probed_after_a_pause_and_is_up_once_it_answers() {
    health.up("a");
    health.up("b");
    health.down("a", REFUSED);
    assertThat(due()).containsExactly("b", "c");

    clock.advance(PoolFixture.PROBE);

    assertThat(due()).containsExactly("a");
    assertThat(health.up("a")).isTrue();
    assertThat(health.anyDown()).isFalse();
  }

  @Test
  void a_server_is_not_probed_while_a_probe_is_under_way() {
    assertThat(due()).containsExactly("a", "b", "c");
    assertThat(due()).isEmpty();

    health.probeEnded("b");
    assertThat(due()).containsExactly("b");

    // One whose end is never recorded holds up no others.
    clock.advance(Duration.ofMinutes(5));
    assertThat(due()).containsExactly("a", "b", "c");
  }

  @Test
  void a_server_whose_prompts_fail_rests_and_then_gets_a_single_one() {
    health.up("a");
    assertThat(health.promptFailed("a", "OSError")).isFalse();
    assertThat(health.promptFailed("a", "OSError")).isTrue();

    assertThat(health.isResting("a")).isTrue();
    assertThat(health.state("a"))
        .isEqualTo(
            new BackendHealth.State(
                "resting", true, "its prompts fail; the last error is: OSError"));
    assertThat(health.windows()).isEmpty();

    clock.advance(PoolFixture.REST.plusMillis(1));
    assertThat(health.windows()).isEqualTo(Map.of("a", 1));
    health.promptSucceeded("a");
    assertThat(health.windows()).isEqualTo(Map.of("a", 2));
    assertThat(health.state("a").reason()).isEmpty();
  }

  @Test
  void a_success_between_two_failures_keeps_a_server_at_work() {
    health.up("a");
    health.promptFailed("a", "OSError");
    health.promptSucceeded("a");

    assertThat(health.promptFailed("a", "OSError")).isFalse();
  }

  @Test
  void a_drained_or_removed_server_is_up_and_takes_no_work() {
    health.up("b");
    health.up("c");
    backends.replace(List.of(PoolFixture.server("a"), PoolFixture.drained("c")));

    assertThat(health.state("c").status()).isEqualTo("draining");
    assertThat(health.state("c").reason()).contains("drain: true");
    assertThat(health.state("b").status()).isEqualTo("draining");
    assertThat(health.state("b").reason()).contains("removed from the file");
    assertThat(health.windows()).isEmpty();
  }

  @Test
  void where_no_server_takes_work_each_says_why() {
    health.up("c");
    health.down("b", REFUSED);

    assertThat(health.whyNoneTakesWork())
        .contains(
            "a has not been probed yet; b is down (connection refused);"
                + " c is draining (drain: true is set for it)");

    health.up("a");
    assertThat(health.whyNoneTakesWork()).isEmpty();
  }

  @Test
  void a_server_that_is_not_in_the_pool_is_down() {
    assertThat(health.state("x"))
        .isEqualTo(new BackendHealth.State("down", true, "not in the pool"));
    assertThat(health.up("x")).isFalse();
    assertThat(health.promptFailed("x", "OSError")).isFalse();
  }
}
