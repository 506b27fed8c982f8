package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.NewJob;
import io.comfygateway.problem.Warning;
import io.comfygateway.workflow.AppliedInputs;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.MediaInput;
import io.comfygateway.workflow.Workflow;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/**
 * What the steps of a submission have found out so far, beside what routes see: the request is the
 * exchange's body, and the graph its property {@code graph} ({@link RequestContent}).
 */
public final class Submission {
  /** The exchange property. */
  static final String PROPERTY = "submission";

  final UUID id = UUID.randomUUID();
  final Caller caller;
  final ReceivedForm form;
  final Optional<NewJob.Idempotency> idempotency;

  Optional<UUID> batch = Optional.empty();

  /** The graph of its batch, while it runs that one. */
  Optional<SharedGraph> shared = Optional.empty();

  /** The request as it was last read and checked. */
  @SuppressWarnings("NullAway.Init")
  ObjectNode request;

  /** The graph as it was last read and checked. */
  @SuppressWarnings("NullAway.Init")
  Graph graph;

  Optional<Workflow> workflow = Optional.empty();
  List<MediaInput> media = List.of();
  Optional<AppliedInputs> applied = Optional.empty();
  GraphRequirements needs = GraphRequirements.NONE;
  Map<String, BigInteger> seeds = Map.of();
  final List<Warning> warnings = new ArrayList<>();
  Optional<Targets> targets = Optional.empty();

  /**
   * Where the result goes.
   *
   * @param request the request that says so
   */
  record Targets(
      ObjectNode request,
      Optional<JobDocument.Callback> callback,
      Optional<JobDocument.CopyRequest> s3,
      List<JobDocument.Target> deliver) {}

  Submission(Caller caller, ReceivedForm form, Optional<NewJob.Idempotency> idempotency) {
    this.caller = caller;
    this.form = form;
    this.idempotency = idempotency;
  }

  /** That of an exchange. */
  static Submission of(Exchange exchange) {
    Submission submission = exchange.getProperty(PROPERTY, Submission.class);
    if (submission == null) {
      throw new IllegalStateException("no step has read the request, such as webhook-read-request");
    }
    return submission;
  }

  /** Where the graph is in what the caller sent, as a JSON pointer; empty for the library's. */
  String place() {
    return workflow.isPresent() ? "" : "/prompt";
  }

  /** The inputs that ComfyUI names when it gets their files, as {@code id.field}. */
  Set<String> mediaAddresses() {
    return media.stream().map(input -> input.address().toString()).collect(Collectors.toSet());
  }

  /** The result of a step, or that of the batch's graph where it is the same. */
  <T> T once(Function<SharedGraph, Memo<T>> memo, Supplier<T> step) {
    JsonNode inputs = request.path("inputs");
    boolean isSame = inputs.isMissingNode() || inputs.isEmpty();
    return shared.filter(graph -> isSame).map(graph -> memo.apply(graph).get(step)).orElseGet(step);
  }
}
