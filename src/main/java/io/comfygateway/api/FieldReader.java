package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Suggestion;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the fields of a JSON object by their types. {@code null} counts as left out.
 *
 * @param object the object
 * @param pointer where it is in the request's body; empty for the body itself
 */
record FieldReader(ObjectNode object, String pointer) {

  /**
   * A text without spaces around it.
   *
   * @throws Problem where the field is no text, is empty, or holds an expression that was not
   *     evaluated
   */
  Optional<String> text(String name) {
    JsonNode value = object.path(name);
    if (isLeftOut(value)) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw fault(name, named(name) + " must be text.");
    }
    String text = value.asText().strip();
    // A caller that sent an empty URL would wait for a callback that never comes.
    Optional<String> why =
        text.isEmpty()
            ? Optional.of(named(name) + " is empty. Leave it out, or send a value.")
            : Expressions.unevaluated(named(name), text);
    if (why.isPresent()) {
      throw fault(name, why.get());
    }
    return Optional.of(text);
  }

  /**
   * A whole number, which may also be text, as in a form. Blank text counts as left out.
   *
   * @param what what it is, such as {@code whole number of seconds}
   * @throws Problem where it is none, or out of range
   */
  Optional<Integer> number(String name, int min, int max, String what) {
    JsonNode value = object.path(name);
    if (isLeftOut(value) || value.isTextual() && value.asText().isBlank()) {
      return Optional.empty();
    }
    String text = value.isTextual() || value.isIntegralNumber() ? value.asText().strip() : "";
    if (text.matches("-?\\d{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= min && number <= max) {
        return Optional.of(number);
      }
    }
    throw fault(name, "%s must be a %s from %d to %d.".formatted(named(name), what, min, max));
  }

  /**
   * An object.
   *
   * @throws Problem where it is something else
   */
  Optional<ObjectNode> object(String name) {
    JsonNode value = object.path(name);
    if (isLeftOut(value)) {
      return Optional.empty();
    }
    if (value instanceof ObjectNode found) {
      return Optional.of(found);
    }
    throw fault(name, named(name) + " must be an object.");
  }

  /** A field's value as it is; missing where it is left out. */
  JsonNode value(String name) {
    return object.path(name);
  }

  static boolean isLeftOut(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  /** The fields that are not among those that are known, at most as many as a problem names. */
  static List<Fault> unknown(JsonNode object, String pointer, Set<String> known) {
    return object.properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> !known.contains(name))
        .limit(Problem.MOST_FAULTS)
        .map(name -> new Fault(StrictJson.pointer(pointer, name), sentence(name, pointer, known)))
        .toList();
  }

  /**
   * Refuses fields that are not known.
   *
   * @throws Problem that names each of them
   */
  void requireKnown(Set<String> known) {
    List<Fault> faults = unknown(object, pointer, known);
    if (!faults.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_INPUT, faults);
    }
  }

  private static String sentence(String name, String pointer, Set<String> known) {
    String hint = Suggestion.didYouMean(name, known);
    return "%s is not a known field%s Known fields: %s."
        .formatted(
            dotted(pointer + "/" + StrictJson.shown(name)),
            hint.isEmpty() ? "." : hint,
            String.join(", ", new TreeSet<>(known)));
  }

  /** What is wrong with one of the fields. */
  Problem fault(String name, String detail) {
    return Problem.ofField(ProblemType.INVALID_INPUT, pointer + "/" + name, detail);
  }

  /** A field as a message names it, such as {@code callback.url}. */
  String named(String name) {
    return dotted(pointer + "/" + name);
  }

  private static String dotted(String pointer) {
    return pointer.substring(1).replace('/', '.');
  }
}
