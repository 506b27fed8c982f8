package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which backend gets a job, by what the job needs and what the backend was given before. */
class PlacementTest extends StoreTest {
  private static final Map<String, Integer> ROOMS = Map.of("gpu-1", 9, "gpu-2", 9);
  private static final Placement BY_LABEL =
      (backend, needs) -> needs.labels().isEmpty() || needs.labels().contains(backend);

  private static GraphRequirements labelled(String label) {
    return new GraphRequirements(Set.of("KSampler"), List.of(), Set.of(label));
  }

  private static GraphRequirements model(String name) {
    return new GraphRequirements(
        Set.of("CheckpointLoaderSimple"),
        List.of(new GraphRequirements.ModelFile("CheckpointLoaderSimple", "ckpt_name", name)),
        Set.of());
  }

  private String claim(Placement placement) {
    return Claims.first(queue, ROOMS, placement).orElseThrow().backend();
  }

  @Test
  void a_job_goes_to_a_backend_that_has_what_it_needs() {
    for (String label : List.of("gpu-2", "gpu-2", "gpu-1", "gpu-2")) {
      accepted(Draft.of("me").needs(labelled(label)));
      assertThat(claim(BY_LABEL)).isEqualTo(label);
    }
  }

  @Test
  void a_job_that_no_free_backend_can_run_holds_up_nobody() {
    Job stuck = accepted(Draft.of("me").needs(labelled("gpu-3")));
    Job next = accepted(Draft.of("me").needs(labelled("gpu-1")));

    assertThat(Claims.first(queue, ROOMS, BY_LABEL)).map(Job::id).contains(next.id());
    assertThat(Claims.first(queue, ROOMS, BY_LABEL)).isEmpty();
    assertThat(Claims.first(queue, ROOMS)).map(Job::id).contains(stuck.id());
  }

  @Test
  void jobs_follow_their_models_and_push_no_others_out() {
    for (String name : List.of("a", "b", "a", "a", "b")) {
      accepted(Draft.of("me").needs(model(name + ".safetensors")));
    }
    String first = claim(Claims.ANYWHERE);
    String second = claim(Claims.ANYWHERE);

    assertThat(second).isNotEqualTo(first);
    assertThat(claim(Claims.ANYWHERE)).isEqualTo(first);
    assertThat(claim(Claims.ANYWHERE)).isEqualTo(first);
    assertThat(claim(Claims.ANYWHERE)).isEqualTo(second);
  }

  @Test
  void what_a_backend_was_given_is_known_to_every_gateway() {
    accepted(Draft.of("me").needs(model("a.safetensors")));
    accepted(Draft.of("me").needs(model("a.safetensors")));
    String first = claim(Claims.ANYWHERE);

    Job second = Claims.first(gateway("gateway-2").queue(), ROOMS).orElseThrow();

    assertThat(second.backend()).isEqualTo(first);
  }

  @Test
  void a_job_that_failed_on_a_backend_goes_to_another() {
    Job job = accepted(Draft.of("me"));
    Job given = Claims.first(queue, ROOMS).orElseThrow();
    transitions.note(given, given.facts().withFailureOn(given.backend()));
    transitions.requeue(job.id(), given.fence(), java.time.Duration.ZERO, 1);

    assertThat(claim(Claims.ANYWHERE)).isNotEqualTo(given.backend());
  }
}
