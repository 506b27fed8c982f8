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
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int lookUps) {
  private static final String CODE_OF_PLAIN_TEXT = "other";

  /** A text that a node returned. */
  public record Text(String node, String text) {}

  /**
   * When a node began.
   *
   * @param at milliseconds since 1970
   */
  public record NodeStart(String node, long at) {}

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
      @JsonProperty("lookUps") int lookUps) {
    List<Warning> read = warnings;
    if (warnings == null && plainWarnings != null) {
      read = plainWarnings.stream().map(text -> Warning.of(CODE_OF_PLAIN_TEXT, text)).toList();
    }
    return new JobFacts(
        seeds, metadata, read, texts, error, failedOn, freedOn, nodesAgain, nodeStarts, lookUps);
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
        0);
  }

  public JobFacts withWarnings(List<Warning> more) {
    if (more.isEmpty()) {
      return this;
    }
    List<Warning> all = new ArrayList<>(warnings);
    more.stream().filter(warning -> !all.contains(warning)).forEach(all::add);
    return new JobFacts(
        seeds, metadata, all, texts, error, failedOn, freedOn, nodesAgain, nodeStarts, lookUps);
  }

  public JobFacts withMetadata(ObjectNode other) {
    return new JobFacts(
        seeds, other, warnings, texts, error, failedOn, freedOn, nodesAgain, nodeStarts, lookUps);
  }

  public JobFacts withTexts(List<Text> returned) {
    return new JobFacts(
        seeds,
        metadata,
        warnings,
        returned,
        error,
        failedOn,
        freedOn,
        nodesAgain,
        nodeStarts,
        lookUps);
  }

  public JobFacts withError(JobError why) {
    return new JobFacts(
        seeds,
        metadata,
        warnings,
        texts,
        Optional.of(why),
        failedOn,
        freedOn,
        nodesAgain,
        nodeStarts,
        lookUps);
  }

  /** It failed on a backend for a reason that may be the backend's. */
  public JobFacts withFailureOn(String backend) {
    return new JobFacts(
        seeds,
        metadata,
        warnings,
        texts,
        error,
        with(failedOn, backend),
        freedOn,
        nodesAgain,
        nodeStarts,
        lookUps);
  }

  /** The memory of a backend was freed for it. */
  public JobFacts withMemoryFreedOn(String backend) {
    return new JobFacts(
        seeds,
        metadata,
        warnings,
        texts,
        error,
        failedOn,
        with(freedOn, backend),
        nodesAgain,
        nodeStarts,
        lookUps);
  }

  /** These nodes run again, past ComfyUI's cache. */
  public JobFacts withNodesAgain(List<String> nodes) {
    return new JobFacts(
        seeds, metadata, warnings, texts, error, failedOn, freedOn, nodes, nodeStarts, lookUps);
  }

  /** Its nodes began at these times. */
  JobFacts withNodeStarts(List<NodeStart> starts) {
    return new JobFacts(
        seeds, metadata, warnings, texts, error, failedOn, freedOn, nodesAgain, starts, lookUps);
  }

  /** So many look-ups of its prompt in a row have begun. */
  public JobFacts withLookUps(int times) {
    return new JobFacts(
        seeds, metadata, warnings, texts, error, failedOn, freedOn, nodesAgain, nodeStarts, times);
  }

  private static List<String> with(List<String> names, String name) {
    List<String> all = new ArrayList<>(names);
    all.add(name);
    return all;
  }
}
