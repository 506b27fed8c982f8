package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.SettableClock;
import io.comfygateway.TestJson;
import io.comfygateway.workflow.NodeReplacements;
import org.junit.jupiter.api.Test;

class NodeClassesTest {
  private final SettableClock clock = new SettableClock();
  private final Backends backends =
      PoolFixture.pool(clock, false, PoolFixture.server("a"), PoolFixture.server("b"));
  private final NodeClasses classes = backends.nodeClasses();

  @Test
  void they_are_read_at_first_and_again_after_some_time() {
    assertThat(classes.lacksObjectInfo("a")).isTrue();

    classes.objectInfo("a", PoolFixture.classes("A"));
    assertThat(classes.lacksObjectInfo("a")).isFalse();
    assertThat(classes.lacksObjectInfo("b")).isTrue();

    clock.advance(PoolFixture.INFO_HOLDS.minusMillis(1));
    assertThat(classes.lacksObjectInfo("a")).isFalse();
    clock.advance(PoolFixture.INFO_HOLDS);
    assertThat(classes.lacksObjectInfo("a")).isTrue();
  }

  @Test
  void the_pool_has_what_any_server_has() {
    assertThat(classes.all()).isEmpty();

    classes.objectInfo("a", PoolFixture.classes("A"));
    classes.objectInfo("b", PoolFixture.classes("B"));

    assertThat(classes.all().orElseThrow().knows("A")).isTrue();
    assertThat(classes.all().orElseThrow().knows("B")).isTrue();
    assertThat(classes.of("a").orElseThrow().knows("B")).isFalse();
  }

  @Test
  void a_class_that_a_server_replaces_runs_there_and_in_the_pool() {
    classes.nodeReplacements(
        "a", NodeReplacements.read(TestJson.parse("{\"Old\": [{\"new_node_id\": \"A\"}]}")));
    classes.objectInfo("a", PoolFixture.classes("A"));
    classes.objectInfo("b", PoolFixture.classes("B"));

    assertThat(classes.of("a").orElseThrow().runs("Old")).isTrue();
    assertThat(classes.of("b").orElseThrow().runs("Old")).isFalse();
    assertThat(classes.all().orElseThrow().runs("Old")).isTrue();
  }

  @Test
  void classes_that_cannot_be_read_are_tried_again_sooner_and_the_server_says_so() {
    backends.health().up("a");

    classes.noObjectInfo("a", "it answered 500");

    assertThat(backends.health().state("a"))
        .isEqualTo(
            new BackendHealth.State("up", true, "its node classes are not known: it answered 500"));
    assertThat(classes.lacksObjectInfo("a")).isFalse();
    clock.advance(PoolFixture.INFO_RETRY);
    assertThat(classes.lacksObjectInfo("a")).isTrue();

    classes.objectInfo("a", PoolFixture.classes("A"));
    assertThat(backends.health().state("a").reason()).isEmpty();
  }

  @Test
  void classes_that_were_read_before_stay_known_when_they_cannot_be_read_again() {
    classes.objectInfo("a", PoolFixture.classes("A"));

    classes.noObjectInfo("a", "it answered 500");

    assertThat(classes.of("a")).isPresent();
  }

  @Test
  void of_a_server_that_is_not_in_the_pool_nothing_is_read() {
    classes.objectInfo("x", PoolFixture.classes("A"));

    assertThat(classes.lacksObjectInfo("x")).isFalse();
    assertThat(classes.of("x")).isEmpty();
  }
}
