package io.comfygateway.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.api.Submission.Targets;
import io.comfygateway.custom.CallbackMapping;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.job.JobDocument;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.s3.S3Destination;
import io.comfygateway.sink.Destinations;
import io.comfygateway.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;

/** The step that checks where a result goes: the callback, the destinations, the copies in S3. */
public final class DeliveryTargets {
  /**
   * The exchange property with which a door names the route {@code direct:door-callback:NAME} that
   * makes the bodies of its callbacks.
   */
  static final String CALLBACK_MAPPING = "callbackMapping";

  private final RequestContent content;
  private final UrlGuard guard;
  private final Optional<S3Destination> s3;
  private final Destinations destinations;

  public DeliveryTargets(
      RequestContent content,
      UrlGuard guard,
      Optional<S3Destination> s3,
      Destinations destinations) {
    this.content = content;
    this.guard = guard;
    this.s3 = s3;
    this.destinations = destinations;
  }

  /**
   * Checks them.
   *
   * @throws Problem where one is not valid, not allowed or not configured
   */
  public void check(Exchange exchange) {
    of(exchange);
  }

  /** Those of a request, checked, also where a step has changed them since. */
  @SuppressWarnings("ReferenceEquality")
  Targets of(Exchange exchange) {
    ObjectNode request = content.request(exchange);
    Submission submission = Submission.of(exchange);
    Targets targets =
        submission
            .targets
            .filter(known -> known.request() == request)
            .orElseGet(() -> read(exchange, request, submission));
    submission.targets = Optional.of(targets);
    return targets;
  }

  private Targets read(Exchange exchange, ObjectNode request, Submission submission) {
    Optional<JobDocument.Callback> callback =
        CallbackField.of(request).map(given -> mapped(given, exchange));
    callback.ifPresent(given -> guard.check(given.url(), CallbackField.urlPointer(request)));
    List<JobDocument.Target> deliver =
        DeliverField.of(request, destinations).orElseGet(() -> defaults(submission));
    Optional<JobDocument.CopyRequest> copy = S3Field.of(request);
    Optional<JobDocument.Target> bucket = copy.flatMap(this::bucket);
    if (bucket.isPresent()) {
      return new Targets(request, callback, Optional.empty(), with(bucket.get(), deliver));
    }
    copy.ifPresent(this::requireDestination);
    return new Targets(request, callback, copy, deliver);
  }

  // Before the job is stored: later nobody would wait for an answer that says so.
  private static JobDocument.Callback mapped(JobDocument.Callback callback, Exchange exchange) {
    String name = exchange.getProperty(CALLBACK_MAPPING, String.class);
    if (name == null) {
      return callback;
    }
    if (!CallbackMapping.exists(exchange.getContext(), name)) {
      throw new IllegalStateException(
          "the property callbackMapping is \"%s\", but there is no route direct:door-callback:%s"
              .formatted(name, name));
    }
    return callback.mappedBy(name);
  }

  // The short form may also name a bucket of the file of destinations.
  private Optional<JobDocument.Target> bucket(JobDocument.CopyRequest copy) {
    return s3.filter(known -> known.name().equals(copy.destination())).isPresent()
        ? Optional.empty()
        : destinations
            .find(copy.destination())
            .filter(known -> "s3".equals(known.sink()) && !known.isForEvents())
            .map(known -> DeliverField.target(known, copy.prefix()));
  }

  private static List<JobDocument.Target> with(
      JobDocument.Target bucket, List<JobDocument.Target> deliver) {
    List<JobDocument.Target> all = new ArrayList<>(deliver);
    all.removeIf(target -> target.to().equals(bucket.to()));
    all.add(bucket);
    return all;
  }

  private List<JobDocument.Target> defaults(Submission submission) {
    return destinations
        .defaults(submission.workflow.map(Workflow::name), submission.caller.name())
        .stream()
        .map(destination -> DeliverField.target(destination, ""))
        .toList();
  }

  private void requireDestination(JobDocument.CopyRequest copy) {
    String name = s3.map(S3Destination::name).orElse("");
    if (!name.equals(copy.destination())) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/s3/destination",
          name.isEmpty()
              ? "This gateway has no S3 destination; its operator sets GATEWAY_S3_BUCKET."
              : "There is no S3 destination \"%s\"; there is \"%s\"."
                  .formatted(copy.destination(), name));
    }
  }
}
