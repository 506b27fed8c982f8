package io.comfygateway.problem;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An error that the caller of the API reads, as problem details (RFC 9457). Its message is the
 * {@code detail}: it says what is wrong and what to do, and never contains a secret, a stack trace
 * or an internal host.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * What is wrong with one field.
   *
   * @param pointer the field, as a JSON pointer (RFC 6901) into the request's body
   * @param detail what is wrong with it and what to do
   */
  public record Fault(String pointer, String detail) {}

  /** How many faults a problem names. */
  public static final int MOST_FAULTS = 100;

  private final ProblemType type;
  private int status;
  private final transient List<Fault> faults = new ArrayList<>();
  private final transient Map<String, String> headers = new LinkedHashMap<>();
  private transient @Nullable ObjectNode nodeErrors;
  private transient @Nullable UUID job;

  public Problem(ProblemType type, String detail) {
    super(detail, null, false, false);
    this.type = type;
    this.status = type.status();
  }

  public Problem(ProblemType type, String detail, List<Fault> faults) {
    this(type, detail);
    // A body with a million faulty fields is not answered with a million faults.
    this.faults.addAll(faults.subList(0, Math.min(faults.size(), MOST_FAULTS)));
  }

  /** A problem of one field. */
  public static Problem ofField(ProblemType type, String pointer, String detail) {
    return new Problem(type, detail, List.of(new Fault(pointer, detail)));
  }

  /** A problem of several fields, at least one; its detail is that of the first. */
  public static Problem ofFields(ProblemType type, List<Fault> faults) {
    return new Problem(type, faults.get(0).detail(), faults);
  }

  /** Nothing can be stored or read at the moment; it says when to try again. */
  public static Problem storeUnavailable(String detail) {
    return new Problem(ProblemType.STORE_UNAVAILABLE, detail).withHeader("Retry-After", "10");
  }

  /** Adds a response header, such as {@code Retry-After}. */
  public Problem withHeader(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** Adds the faults by node, in the shape of ComfyUI's {@code node_errors}. */
  public Problem withNodeErrors(ObjectNode nodeErrorsById) {
    this.nodeErrors = nodeErrorsById;
    return this;
  }

  /** Names the job that the problem is about, in the header {@code Gateway-Job-Id} as well. */
  public Problem withJob(UUID id) {
    this.job = id;
    return withHeader("Gateway-Job-Id", id.toString());
  }

  /** Answers with another HTTP status than that of its kind. */
  public Problem withStatus(int other) {
    this.status = other;
    return this;
  }

  /** The HTTP status that it is answered with. */
  public int status() {
    return status;
  }

  public ProblemType type() {
    return type;
  }

  public List<Fault> faults() {
    return List.copyOf(faults);
  }

  public Map<String, String> headers() {
    return Map.copyOf(headers);
  }

  public Optional<ObjectNode> nodeErrors() {
    return Optional.ofNullable(nodeErrors);
  }

  public Optional<UUID> job() {
    return Optional.ofNullable(job);
  }
}
