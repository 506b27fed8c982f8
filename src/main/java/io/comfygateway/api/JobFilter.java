package io.comfygateway.api;

import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.job.JobStatus;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Message;

/**
 * Which jobs a request is about, by the parameters of its query.
 *
 * @param owner whose; empty for everybody's
 * @param statuses with one of these statuses; empty: with any
 * @param workflow of this workflow, with or without a version
 * @param metadata with these values in their metadata
 */
record JobFilter(
    Optional<String> owner,
    Set<JobStatus> statuses,
    Optional<String> workflow,
    Map<String, String> metadata) {
  private static final String METADATA = "metadata.";
  private static final String ALL = "*";

  /**
   * Reads it.
   *
   * @throws Problem where a parameter is not valid, or names other callers without the scope {@code
   *     read-all}
   */
  static JobFilter of(Message request, Caller caller) {
    Map<String, String> metadata = new HashMap<>();
    request
        .getHeaders()
        .forEach(
            (name, value) -> {
              if (name.startsWith(METADATA)) {
                metadata.put(name.substring(METADATA.length()), String.valueOf(value));
              }
            });
    return new JobFilter(
        owner(request.getHeader("caller", caller.name(), String.class), caller),
        statuses(request.getHeader("status", "", String.class)),
        Optional.ofNullable(request.getHeader("workflow", String.class)),
        metadata);
  }

  private static Optional<String> owner(String wanted, Caller caller) {
    if (!wanted.equals(caller.name())) {
      caller.require(Set.of(Scope.READ_ALL));
    }
    return Optional.of(wanted).filter(name -> !ALL.equals(name));
  }

  private static Set<JobStatus> statuses(String words) {
    Set<JobStatus> statuses = EnumSet.noneOf(JobStatus.class);
    if (!words.isEmpty()) {
      for (String word : words.split(",", -1)) {
        statuses.add(status(word));
      }
    }
    return statuses;
  }

  private static JobStatus status(String word) {
    try {
      return JobStatus.of(word);
    } catch (IllegalArgumentException unknown) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "status is "
              + StrictJson.shown(word)
              + "; it is queued, running, succeeded, failed or cancelled, or several of them separated by commas.");
    }
  }
}
