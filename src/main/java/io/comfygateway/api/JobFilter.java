package io.comfygateway.api;

import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.job.IdRange;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobLists;
import io.comfygateway.job.JobLists.Span;
import io.comfygateway.job.JobStatus;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs a request is about, by the parameters of its query.
 *
 * @param owner whose; empty for everybody's
 * @param statuses with one of these statuses; empty: with any
 * @param workflow of this workflow, with or without a version; an empty name: of none
 * @param accepted in this span
 * @param ended in this span; where it has a limit, only jobs that have ended
 * @param ids with one of these ids
 * @param delivery with a delivery of this status
 * @param metadata with these values in their metadata
 */
record JobFilter(
    Optional<String> owner,
    Set<JobStatus> statuses,
    Optional<String> workflow,
    Span accepted,
    Span ended,
    IdRange ids,
    Optional<String> delivery,
    Map<String, String> metadata) {
  private static final String METADATA = "metadata.";
  private static final String ALL = "*";
  private static final Set<String> DELIVERY_STATUSES =
      Set.of("waiting", "due", "delivered", "dead");
  private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

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
        span(request, "created"),
        span(request, "finished"),
        ids(request.getHeader("id", String.class)),
        delivery(request.getHeader("delivery", String.class)),
        metadata);
  }

  private static Span span(Message request, String what) {
    return new Span(time(request, what + "_after"), time(request, what + "_before"));
  }

  /**
   * A time of the query.
   *
   * @throws Problem where it is none
   */
  static Optional<Instant> time(Message request, String name) {
    String text = request.getHeader(name, String.class);
    if (text == null) {
      return Optional.empty();
    }
    try {
      // A plus sign of an offset arrives as a space.
      Instant time = OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
      if (time.isBefore(EARLIEST) || !time.isBefore(LATEST)) {
        throw new DateTimeException("out of range");
      }
      return Optional.of(time);
    } catch (DateTimeException notATime) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          name
              + " is "
              + StrictJson.shown(text)
              + "; it must be a time such as 2026-03-01T12:00:00Z.");
    }
  }

  /** As the lists of jobs read it. */
  JobLists.Wanted wanted() {
    return new JobLists.Wanted(owner, statuses, workflow, accepted, ended, ids, delivery);
  }

  boolean matchesMetadata(Job job) {
    return metadata.entrySet().stream()
        .allMatch(
            field -> job.facts().metadata().path(field.getKey()).asText().equals(field.getValue()));
  }

  /**
   * Whose things a parameter {@code caller} names; empty for everybody's.
   *
   * @throws Problem where these are others, and the caller lacks the scope {@code read-all}
   */
  static Optional<String> owner(String wanted, Caller caller) {
    if (!wanted.equals(caller.name())) {
      caller.require(Set.of(Scope.READ_ALL));
    }
    return Optional.of(wanted).filter(name -> !ALL.equals(name));
  }

  private static IdRange ids(@Nullable String beginning) {
    if (beginning == null) {
      return IdRange.all();
    }
    return IdRange.beginningWith(beginning)
        .orElseThrow(
            () ->
                new Problem(
                    ProblemType.INVALID_REQUEST,
                    "id is "
                        + StrictJson.shown(beginning)
                        + "; it must be the first 4 or more characters of a job's id."));
  }

  private static Optional<String> delivery(@Nullable String status) {
    if (status != null && !DELIVERY_STATUSES.contains(status)) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "delivery is " + StrictJson.shown(status) + "; it is waiting, due, delivered or dead.");
    }
    return Optional.ofNullable(status);
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
