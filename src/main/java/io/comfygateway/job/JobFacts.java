package io.comfygateway.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Warning;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a job tells its caller beyond its status.
 *
 * @param seeds the seeds used, by {@code node.input}
 * @param metadata the caller's own object, as it was sent
 * @param warnings what went wrong without failing the job
 * @param texts the texts that nodes returned
 * @param error why it failed
 * @param failedOn the backends on which it failed for a reason that may be theirs; not shown
 * @param freedOn the backends whose memory was freed for it; not shown
 * @param nodesAgain the nodes that run again although ComfyUI has cached them; not shown
 * @param nodeStarts when its nodes began; not shown with the job
 * @param lookUps how many look-ups of its prompt in a row have begun without a whole answer; not
 *     shown
 * @param promptText the beginning of its prompt, by which people recognise it
 * @param failedAttempts the attempts that failed and were followed by another one, oldest first
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record JobFacts(
    Map<String, BigInteger> seeds,
    ObjectNode metadata,
    @JsonProperty("coded_warnings") List<Warning> warnings,
    List<Text> texts,
    Optional<JobError> error,
    List<String> failedOn,
    List<String> freedOn,
    List<String> nodesAgain,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<NodeStart> nodeStarts,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int lookUps,
    Optional<String> promptText,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FailedAttempt> failedAttempts) {
  private static final String CODE_OF_PLAIN_TEXT = "other";
  private static final int MOST_FAILED_ATTEMPTS = 20;

  /** A text that a node returned. */
  public record Text(String node, String text) {}

  /**
   * When a node began.
   *
   * @param at milliseconds since 1970
   */
  public record NodeStart(String node, long at) {}

  /**
   * A server had the prompt, and then another attempt began.
   *
   * @param sent when the server was chosen, in milliseconds since 1970
   * @param at when it failed there, in milliseconds since 1970
   * @param detail why, as a sentence or the server's own words
   */
  public record FailedAttempt(String backend, long sent, long at, String detail) {}

  public JobFacts {
    seeds = seeds == null ? Map.of() : seeds;
    metadata = metadata == null ? JsonNodeFactory.instance.objectNode() : metadata;
    warnings = warnings == null ? List.of() : List.copyOf(warnings);
    texts = texts == null ? List.of() : List.copyOf(texts);
    error = error == null ? Optional.empty() : error;
    failedOn = failedOn == null ? List.of() : List.copyOf(failedOn);
    freedOn = freedOn == null ? List.of() : List.copyOf(freedOn);
    nodesAgain = nodesAgain == null ? List.of() : List.copyOf(nodesAgain);
    nodeStarts = nodeStarts == null ? List.of() : List.copyOf(nodeStarts);
    promptText = promptText == null ? Optional.empty() : promptText;
    failedAttempts = failedAttempts == null ? List.of() : List.copyOf(failedAttempts);
  }

  /**
   * Reads stored facts.
   *
   * @param plainWarnings the warnings as texts, as versions wrote them before warnings had codes
   */
  @JsonCreator
  static JobFacts stored(
      @JsonProperty("seeds") Map<String, BigInteger> seeds,
      @JsonProperty("metadata") ObjectNode metadata,
      @JsonProperty("warnings") List<String> plainWarnings,
      @JsonProperty("coded_warnings") List<Warning> warnings,
      @JsonProperty("texts") List<Text> texts,
      @JsonProperty("error") Optional<JobError> error,
      @JsonProperty("failedOn") List<String> failedOn,
      @JsonProperty("freedOn") List<String> freedOn,
      @JsonProperty("nodesAgain") List<String> nodesAgain,
      @JsonProperty("nodeStarts") List<NodeStart> nodeStarts,
      @JsonProperty("lookUps") int lookUps,
      @JsonProperty("promptText") Optional<String> promptText,
      @JsonProperty("failedAttempts") List<FailedAttempt> failedAttempts) {
    List<Warning> read = warnings;
    if (warnings == null && plainWarnings != null) {
      read = plainWarnings.stream().map(text -> Warning.of(CODE_OF_PLAIN_TEXT, text)).toList();
    }
    return new JobFacts(
        seeds,
        metadata,
        read,
        texts,
        error,
        failedOn,
        freedOn,
        nodesAgain,
        nodeStarts,
        lookUps,
        promptText,
        failedAttempts);
  }

  /** The warnings as the previous version reads them, which may share the database. */
  @JsonProperty("warnings")
  List<String> plainWarnings() {
    return warnings.stream().map(Warning::detail).toList();
  }

  public static JobFacts of(Map<String, BigInteger> seeds, ObjectNode metadata) {
    return new JobFacts(
        seeds,
        metadata,
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        0,
        Optional.empty(),
        List.of());
  }

  public JobFacts withWarnings(List<Warning> more) {
    if (more.isEmpty()) {
      return this;
    }
    List<Warning> all = new ArrayList<>(warnings);
    more.stream().filter(warning -> !all.contains(warning)).forEach(all::add);
    Copy copy = new Copy(this);
    copy.warnings = all;
    return copy.facts();
  }

  public JobFacts withMetadata(ObjectNode other) {
    Copy copy = new Copy(this);
    copy.metadata = other;
    return copy.facts();
  }

  public JobFacts withTexts(List<Text> returned) {
    Copy copy = new Copy(this);
    copy.texts = returned;
    return copy.facts();
  }

  public JobFacts withError(JobError why) {
    Copy copy = new Copy(this);
    copy.error = Optional.of(why);
    return copy.facts();
  }

  /** It failed on a backend for a reason that may be the backend's. */
  public JobFacts withFailureOn(String backend) {
    Copy copy = new Copy(this);
    copy.failedOn = with(failedOn, backend);
    return copy.facts();
  }

  /** The memory of a backend was freed for it. */
  public JobFacts withMemoryFreedOn(String backend) {
    Copy copy = new Copy(this);
    copy.freedOn = with(freedOn, backend);
    return copy.facts();
  }

  /** These nodes run again, past ComfyUI's cache. */
  public JobFacts withNodesAgain(List<String> nodes) {
    Copy copy = new Copy(this);
    copy.nodesAgain = nodes;
    return copy.facts();
  }

  /** Its nodes began at these times. */
  JobFacts withNodeStarts(List<NodeStart> starts) {
    Copy copy = new Copy(this);
    copy.nodeStarts = starts;
    return copy.facts();
  }

  /** So many look-ups of its prompt in a row have begun. */
  public JobFacts withLookUps(int times) {
    Copy copy = new Copy(this);
    copy.lookUps = times;
    return copy.facts();
  }

  /** People recognise it by this text. */
  public JobFacts withPromptText(Optional<String> text) {
    Copy copy = new Copy(this);
    copy.promptText = text;
    return copy.facts();
  }

  /** Another attempt follows one that failed; of very many, the last 20 are kept. */
  JobFacts withFailedAttempt(FailedAttempt attempt) {
    List<FailedAttempt> all = new ArrayList<>(failedAttempts);
    all.add(attempt);
    Copy copy = new Copy(this);
    copy.failedAttempts = all.subList(Math.max(0, all.size() - MOST_FAILED_ATTEMPTS), all.size());
    return copy.facts();
  }

  private static List<String> with(List<String> names, String name) {
    List<String> all = new ArrayList<>(names);
    all.add(name);
    return all;
  }

  /** The facts while one of them is changed. */
  private static final class Copy {
    private Map<String, BigInteger> seeds;
    private ObjectNode metadata;
    private List<Warning> warnings;
    private List<Text> texts;
    private Optional<JobError> error;
    private List<String> failedOn;
    private List<String> freedOn;
    private List<String> nodesAgain;
    private List<NodeStart> nodeStarts;
    private int lookUps;
    private Optional<String> promptText;
    private List<FailedAttempt> failedAttempts;

    Copy(JobFacts of) {
      seeds = of.seeds;
      metadata = of.metadata;
      warnings = of.warnings;
      texts = of.texts;
      error = of.error;
      failedOn = of.failedOn;
      freedOn = of.freedOn;
      nodesAgain = of.nodesAgain;
      nodeStarts = of.nodeStarts;
      lookUps = of.lookUps;
      promptText = of.promptText;
      failedAttempts = of.failedAttempts;
    }

    JobFacts facts() {
      return new JobFacts(
          seeds,
          metadata,
          warnings,
          texts,
          error,
          failedOn,
          freedOn,
          nodesAgain,
          nodeStarts,
          lookUps,
          promptText,
          failedAttempts);
    }
  }
}
