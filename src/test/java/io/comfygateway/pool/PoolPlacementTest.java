package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.SettableClock;
import io.comfygateway.TestJson;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.job.GraphRequirements.ModelFile;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PoolPlacementTest {
  private static final GraphRequirements MODEL =
      new GraphRequirements(
          Set.of("Loader"), List.of(new ModelFile("Loader", "ckpt", "x.sft")), Set.of());

  private final SettableClock clock = new SettableClock();
  private final Backends backends = pool(false);
  private final PoolPlacement placement = backends.placement();

  private Backends pool(boolean requiresFiles) {
    return PoolFixture.pool(
        clock, requiresFiles, PoolFixture.server("a", "fast"), PoolFixture.server("b"));
  }

  private static GraphRequirements classes(String... names) {
    return new GraphRequirements(Set.of(names), List.of(), Set.of());
  }

  @Test
  void each_server_says_what_it_lacks() {
    assertThat(placement.fits(new GraphRequirements(Set.of(), List.of(), Set.of("fast"))))
        .containsExactly(
            new PoolPlacement.Fit("a", true, List.of(), false),
            new PoolPlacement.Fit(
                "b", false, List.of(new Lack(Lack.Kind.LABEL, "fast", "")), false));
  }

  /** A class with a list of model files. */
  private static ObjectNode loader(String... files) {
    ObjectNode classes = TestJson.MAPPER.createObjectNode();
    classes
        .putObject("Loader")
        .putObject("input")
        .putObject("required")
        .putArray("ckpt")
        .add(TestJson.MAPPER.valueToTree(files));
    return classes;
  }

  @Test
  void a_server_whose_node_classes_are_not_known_counts_as_having_all() {
    backends.nodeClasses().objectInfo("a", PoolFixture.classes("A"));

    assertThat(placement.canRun("a", classes("B"))).isFalse();
    assertThat(placement.canRun("b", classes("B"))).isTrue();
    assertThat(placement.allKnown()).isFalse();
    assertThat(placement.unknownClasses(classes("B", "C"))).isEmpty();
    assertThat(placement.whyNowhere(classes("B"))).isEmpty();
  }

  @Test
  void where_no_server_can_run_it_each_says_what_it_lacks() {
    backends.nodeClasses().objectInfo("a", PoolFixture.classes("A"));
    backends.nodeClasses().objectInfo("b", PoolFixture.classes("B"));

    assertThat(placement.unknownClasses(classes("A", "B", "C"))).containsExactly("C");
    assertThat(placement.whyNowhere(classes("A", "B")))
        .contains(
            "No ComfyUI of the pool can run it: a lacks the node class B;"
                + " b lacks the node class A.");
    assertThat(placement.canRun("x", GraphRequirements.NONE)).isFalse();
  }

  @Test
  void a_label_sends_work_only_to_servers_that_have_it() {
    GraphRequirements fast = new GraphRequirements(Set.of(), List.of(), Set.of("fast"));

    assertThat(placement.canRun("a", fast)).isTrue();
    assertThat(placement.canRun("b", fast)).isFalse();
  }

  @Test
  void a_server_that_lists_the_model_file_goes_before_one_that_may_have_it() {
    backends.nodeClasses().objectInfo("a", loader("x.sft"));
    backends.nodeClasses().objectInfo("b", loader("y.sft"));

    assertThat(placement.canRun("a", MODEL)).isTrue();
    assertThat(placement.canRun("b", MODEL)).isFalse();
    assertThat(placement.fitting(MODEL)).hasSize(2);
  }

  @Test
  void where_no_server_lists_a_model_file_each_decides_itself() {
    backends.nodeClasses().objectInfo("a", loader("y.sft"));
    backends.nodeClasses().objectInfo("b", PoolFixture.classes("Other"));

    assertThat(placement.canRun("a", MODEL)).isTrue();
    assertThat(placement.canRun("b", MODEL)).isFalse();
  }

  @Test
  void a_pool_that_requires_files_runs_no_graph_whose_file_no_server_lists() {
    Backends strict = pool(true);
    strict.nodeClasses().objectInfo("a", loader("y.sft"));
    strict.nodeClasses().objectInfo("b", loader());

    assertThat(strict.placement().canRun("a", MODEL)).isFalse();
    assertThat(strict.placement().whyNowhere(MODEL).orElseThrow())
        .contains("a lacks the file x.sft (Loader.ckpt)");
  }

  @Test
  void elsewhere_is_a_server_that_takes_work_and_was_not_tried() {
    assertThat(placement.canRunElsewhere("a", List.of(), GraphRequirements.NONE)).isFalse();

    backends.health().up("b");

    assertThat(placement.canRunElsewhere("a", List.of(), GraphRequirements.NONE)).isTrue();
    assertThat(placement.canRunElsewhere("a", List.of("b"), GraphRequirements.NONE)).isFalse();
    assertThat(placement.canRunElsewhere("b", List.of(), GraphRequirements.NONE)).isFalse();
  }

  @Test
  void a_server_that_leaves_is_not_counted() {
    backends.nodeClasses().objectInfo("a", PoolFixture.classes("A"));
    backends.replace(List.of(PoolFixture.server("a", "fast")));

    assertThat(placement.allKnown()).isTrue();
    assertThat(placement.whyNowhere(classes("B"))).isPresent();
  }
}
