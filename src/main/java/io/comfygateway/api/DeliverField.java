package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Suggestion;
import io.comfygateway.job.JobDocument;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.sink.Destination;
import io.comfygateway.sink.Destinations;
import io.comfygateway.sink.KeyTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The field {@code deliver} of a request: the destinations of the job, each a name or an object
 * with {@code to} and {@code prefix}.
 */
final class DeliverField {
  /** The fields of an element that is an object. */
  static final Set<String> NAMES = Set.of("to", "prefix");

  private static final String NAME = "deliver";
  private static final String POINTER = "/deliver";
  private static final int MOST = 10;

  private DeliverField() {}

  /**
   * Reads it from a request; empty if the request leaves the destinations to the operator.
   *
   * @throws Problem if it is not valid, or names a destination that is not configured
   */
  static Optional<List<JobDocument.Target>> of(ObjectNode request, Destinations destinations) {
    JsonNode given = request.path(NAME);
    if (FieldReader.isLeftOut(given)) {
      return Optional.empty();
    }
    if (!given.isArray() || given.size() > MOST) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          POINTER,
          "deliver must be a list of at most %d destinations, such as [\"archive\"]."
              .formatted(MOST));
    }
    List<JobDocument.Target> targets = new ArrayList<>();
    for (int place = 0; place < given.size(); place++) {
      JobDocument.Target target = target(given.get(place), POINTER + "/" + place, destinations);
      if (targets.stream().anyMatch(known -> known.to().equals(target.to()))) {
        throw Problem.ofField(
            ProblemType.INVALID_INPUT,
            POINTER + "/" + place,
            "deliver names \"" + target.to() + "\" twice.");
      }
      targets.add(target);
    }
    return Optional.of(targets);
  }

  private static JobDocument.Target target(
      JsonNode element, String pointer, Destinations destinations) {
    if (element instanceof ObjectNode object) {
      FieldReader fields = new FieldReader(object, pointer);
      fields.requireKnown(NAMES);
      String name = fields.text("to").orElseThrow(() -> fields.fault("to", "to is missing."));
      return target(require(name, pointer + "/to", destinations), prefix(fields));
    }
    if (!element.isTextual()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          pointer,
          "A destination is a name, or an object with to and prefix.");
    }
    return target(require(element.asText(), pointer, destinations), "");
  }

  /** A destination as it is stored with the job. */
  static JobDocument.Target target(Destination destination, String prefix) {
    return new JobDocument.Target(destination.name(), prefix, destination.events());
  }

  private static Destination require(String name, String pointer, Destinations destinations) {
    return destinations
        .find(name)
        .orElseThrow(
            () -> {
              Set<String> names = destinations.names();
              String hint = Suggestion.didYouMean(name, names);
              return Problem.ofField(
                  ProblemType.INVALID_INPUT,
                  pointer,
                  names.isEmpty()
                      ? "This gateway has no destinations; its operator configures them in"
                          + " config/destinations.yaml."
                      : "There is no destination %s%s Destinations: %s."
                          .formatted(
                              StrictJson.shown(name),
                              hint.isEmpty() ? "." : hint,
                              String.join(", ", names)));
            });
  }

  /** The fields of elements that are not known. */
  static List<Fault> unknownInside(JsonNode deliver) {
    List<Fault> faults = new ArrayList<>();
    for (int place = 0; place < Math.min(deliver.size(), MOST); place++) {
      faults.addAll(FieldReader.unknown(deliver.path(place), POINTER + "/" + place, NAMES));
    }
    return faults;
  }

  // Keys begin with it as it is, so spaces around it count.
  private static String prefix(FieldReader fields) {
    JsonNode given = fields.value("prefix");
    if (FieldReader.isLeftOut(given)) {
      return "";
    }
    if (!given.isTextual()) {
      throw fields.fault("prefix", "The prefix must be text.");
    }
    String prefix = given.asText();
    Expressions.unevaluated("prefix", prefix)
        .or(() -> KeyTemplate.whyNoPrefix(prefix).map(why -> "The prefix " + why))
        .ifPresent(
            why -> {
              throw fields.fault("prefix", why);
            });
    return prefix;
  }
}
