package io.comfygateway.stream;

import io.comfygateway.stream.StreamEvent.Subject;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Which events a listener gets. EventListeners with the same filter share what is written.
 *
 * @param job of this job alone
 * @param owner of the jobs of this caller alone
 * @param statuses of jobs with one of these statuses; empty: of any
 * @param workflow of jobs of this workflow, with or without a version
 * @param metadata of jobs whose metadata has these values
 */
public record EventFilter(
    Optional<UUID> job,
    Optional<String> owner,
    Set<String> statuses,
    Optional<String> workflow,
    Map<String, String> metadata) {
  public EventFilter {
    statuses = Set.copyOf(statuses);
    metadata = Map.copyOf(metadata);
  }

  /** Every event of one job. */
  public static EventFilter of(UUID job) {
    return new EventFilter(
        Optional.of(job), Optional.empty(), Set.of(), Optional.empty(), Map.of());
  }

  boolean matches(Subject subject) {
    return job.map(subject.job()::equals).orElse(true)
        && owner.map(subject.owner()::equals).orElse(true)
        && (statuses.isEmpty() || statuses.contains(subject.status()))
        && workflow.map(wanted -> isOf(wanted, subject.workflow())).orElse(true)
        && metadata.entrySet().stream()
            .allMatch(
                field ->
                    field.getValue().equals(subject.metadata().getOrDefault(field.getKey(), "")));
  }

  private static boolean isOf(String wanted, Optional<String> workflow) {
    return workflow
        .filter(name -> name.equals(wanted) || name.startsWith(wanted + "@"))
        .isPresent();
  }
}
