package io.comfygateway.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.api.Submission.Targets;
import io.comfygateway.custom.CallbackMapping;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.job.JobDocument;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.sink.Destination;
import io.comfygateway.sink.Destinations;
import io.comfygateway.workflow.Workflow;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
  private final Destinations destinations;

  public DeliveryTargets(RequestContent content, UrlGuard guard, Destinations destinations) {
    this.content = content;
    this.guard = guard;
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
    if (copy.isEmpty()) {
      return new Targets(request, callback, copy, deliver);
    }
    Destination bucket = bucket(copy.get().destination());
    List<JobDocument.Target> others =
        deliver.stream().filter(target -> !target.to().equals(bucket.name())).toList();
    return bucket.name().equals(Destination.DEFAULT)
        ? new Targets(request, callback, copy, others)
        : new Targets(
            request,
            callback,
            Optional.empty(),
            Stream.concat(
                    others.stream(), Stream.of(DeliverField.target(bucket, copy.get().prefix())))
                .toList());
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

  private List<JobDocument.Target> defaults(Submission submission) {
    return destinations
        .defaults(submission.workflow.map(Workflow::name), submission.caller.name())
        .stream()
        .map(destination -> DeliverField.target(destination, ""))
        .toList();
  }

  private Destination bucket(String name) {
    return destinations
        .find(name)
        .filter(DeliveryTargets::isBucket)
        .orElseThrow(
            () -> Problem.ofField(ProblemType.INVALID_INPUT, "/s3/destination", noBucket(name)));
  }

  private static boolean isBucket(Destination destination) {
    return "s3".equals(destination.sink()) && !destination.isForEvents();
  }

  private String noBucket(String name) {
    List<String> buckets =
        destinations.names().stream()
            .filter(known -> destinations.find(known).filter(DeliveryTargets::isBucket).isPresent())
            .toList();
    return buckets.isEmpty()
        ? "This gateway has no S3 destination; its operator sets GATEWAY_S3_BUCKET."
        : "There is no S3 destination \"%s\"; there is \"%s\"."
            .formatted(name, String.join("\", \"", buckets));
  }
}
