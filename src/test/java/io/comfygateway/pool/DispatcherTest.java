package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.comfygateway.TestJson;
import io.comfygateway.job.Claim;
import io.comfygateway.job.Draft;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.job.Job;
import io.comfygateway.job.StoreTest;
import io.comfygateway.store.StoreSwitch;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which waiting jobs are given to which servers. */
class DispatcherTest extends StoreTest {
  private static final Duration PAUSE = Duration.ofSeconds(3);

  private final RunningPrompts running = new RunningPrompts(Duration.ofSeconds(3), clock);
  private final StoreSwitch disk = new StoreSwitch();
  private final Backends backends =
      new Backends(
          List.of(
              new Backend("gpu-1", URI.create("http://127.0.0.1:8188"), 2),
              new Backend("gpu-2", URI.create("http://127.0.0.1:8189"), 1)),
          new ProbePolicy(3, PAUSE, PAUSE, 3, PAUSE, PAUSE, PAUSE, PAUSE),
          clock,
          false);
  private Dispatcher dispatcher;

  @BeforeEach
  void make() {
    dispatcher = new Dispatcher(queue, jobs.requirements(), database, backends, running, disk);
  }

  private List<String> claimed() {
    return dispatcher.claim().stream().map(Claim::job).map(Job::backend).sorted().toList();
  }

  private void wait(int number) {
    for (int n = 0; n < number; n++) {
      accepted(Draft.of("me"));
    }
  }

  private void classes(String server, String type) {
    backends
        .nodeClasses()
        .objectInfo(
            server,
            TestJson.MAPPER.createObjectNode().set(type, TestJson.MAPPER.createObjectNode()));
  }

  @Test
  void a_server_that_was_not_probed_gets_nothing() {
    wait(1);

    assertThat(claimed()).isEmpty();
  }

  @Test
  void each_server_gets_as_many_jobs_as_its_window_says() {
    backends.health().up("gpu-1");
    backends.health().up("gpu-2");
    wait(4);

    List<Claim> claims = dispatcher.claim();

    assertThat(claims)
        .extracting(claim -> claim.job().backend())
        .containsExactlyInAnyOrder("gpu-1", "gpu-1", "gpu-2");
    assertThat(claims).allMatch(claim -> running.submissions().isUnsent(claim.job().id()));
    assertThat(claimed()).isEmpty();
  }

  @Test
  void a_server_that_rested_gets_a_single_job_as_a_trial() {
    backends.health().up("gpu-1");
    for (int n = 0; n < 3; n++) {
      backends.health().promptFailed("gpu-1", "OSError");
    }
    wait(3);
    assertThat(claimed()).isEmpty();

    clock.advance(PAUSE.plusMillis(1));
    assertThat(claimed()).containsExactly("gpu-1");

    backends.health().promptSucceeded("gpu-1");
    assertThat(claimed()).containsExactly("gpu-1");
  }

  @Test
  void a_server_that_drains_or_leaves_gets_nothing() {
    backends.health().up("gpu-1");
    backends.health().up("gpu-2");
    backends.replace(
        List.of(
            new Backend(
                "gpu-1",
                URI.create("http://127.0.0.1:8188"),
                2,
                Set.of(),
                true,
                BackendCredentials.NONE,
                Optional.empty())));
    wait(2);

    assertThat(claimed()).isEmpty();
    assertThat(backends.health().state("gpu-1").status()).isEqualTo("draining");
    assertThat(backends.health().state("gpu-2").status()).isEqualTo("draining");
  }

  @Test
  void nothing_is_claimed_while_outputs_cannot_be_stored() {
    backends.health().up("gpu-1");
    wait(1);
    disk.down(true);
    assertThat(claimed()).isEmpty();

    disk.down(false);
    assertThat(claimed()).containsExactly("gpu-1");
  }

  @Test
  void a_job_waits_until_the_classes_of_all_servers_are_known_before_it_is_unrunnable() {
    Job job =
        accepted(
            Draft.of("me").needs(new GraphRequirements(Set.of("Upscale"), List.of(), Set.of())));
    accepted(Draft.of("me"));
    classes("gpu-1", "KSampler");
    assertThat(dispatcher.unrunnable()).isEmpty();

    classes("gpu-2", "VAEDecode");

    assertThat(dispatcher.unrunnable())
        .extracting(found -> found.job().id(), Dispatcher.Unrunnable::why)
        .containsExactly(
            tuple(
                job.id(),
                "No ComfyUI of the pool can run it: gpu-1 lacks the node class Upscale;"
                    + " gpu-2 lacks the node class Upscale."));
    classes("gpu-2", "Upscale");
    assertThat(dispatcher.unrunnable()).isEmpty();
  }
}
