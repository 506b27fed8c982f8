package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.Needs;
import io.comfygateway.job.NewJob;
import io.comfygateway.problem.Warning;
import io.comfygateway.workflow.AppliedInputs;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.MediaInput;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/** A submission on its way through intake; each step adds what it found out. */
public final class Submission {
  final UUID id = UUID.randomUUID();
  final Caller caller;
  final Optional<String> workflowRef;
  ObjectNode fields;
  final ReceivedForm form;
  final Optional<NewJob.Idempotency> idempotency;

  Optional<UUID> batch = Optional.empty();

  /** The graph of its batch, where it runs that one. */
  Optional<SharedGraph> shared = Optional.empty();

  Optional<UUID> replayed = Optional.empty();
  Needs needs = Needs.NONE;
  Optional<io.comfygateway.workflow.Workflow> workflow = Optional.empty();
  Graph graph;
  List<MediaInput> media = List.of();
  Optional<AppliedInputs> applied = Optional.empty();
  boolean toBeFetched;
  Map<String, BigInteger> seeds = Map.of();
  List<Warning> warnings = new ArrayList<>();
  Optional<JobDocument.Callback> callback = Optional.empty();
  Optional<JobDocument.CopyRequest> s3 = Optional.empty();

  Submission(
      Caller caller,
      Optional<String> workflowRef,
      ObjectNode fields,
      ReceivedForm form,
      Optional<NewJob.Idempotency> idempotency) {
    this.caller = caller;
    this.workflowRef = workflowRef;
    this.fields = fields;
    this.form = form;
    this.idempotency = idempotency;
  }

  /** Whether the submission makes a job, rather than finding one under its idempotency key. */
  public boolean isNew() {
    return replayed.isEmpty();
  }

  /** Whether it made a job whose files are to be fetched first. */
  public boolean isToBeFetched() {
    return isNew() && toBeFetched;
  }

  /** The job: the one that it made, or found. */
  public UUID job() {
    return replayed.orElse(id);
  }

  /** Lets go of what was sent: a request that waits for its job keeps nothing large. */
  void forgetBody() {
    fields = JsonNodeFactory.instance.objectNode();
    graph = null;
    applied = Optional.empty();
    media = List.of();
    shared = Optional.empty();
    seeds = Map.of();
    warnings = new ArrayList<>();
    needs = Needs.NONE;
  }

  /** Takes a step of its own, or the batch's where that one does the same. */
  <T> T once(Function<SharedGraph, Memo<T>> memo, Supplier<T> step) {
    boolean isSame = field("inputs").isMissingNode() || field("inputs").isEmpty();
    return shared.filter(graph -> isSame).map(graph -> memo.apply(graph).get(step)).orElseGet(step);
  }

  JsonNode field(String name) {
    return fields.path(name);
  }
}
