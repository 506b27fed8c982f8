package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.problem.Warning;
import java.util.List;
import java.util.Optional;

/** Expressions of n8n and the like that were typed as text, so that they were not evaluated. */
final class Expressions {
  private static final int SHOWN = 60;

  private Expressions() {}

  /**
   * A warning for each input that begins like an expression of n8n ({@code =} and braces): a prompt
   * may do so on purpose, so it is not refused.
   */
  static List<Warning> warnings(JsonNode inputs) {
    return inputs.properties().stream()
        .filter(input -> input.getValue().asText("").stripLeading().startsWith("={{"))
        .map(
            input ->
                Warning.of(
                    "expression_not_evaluated",
                    "Input %s begins with ={{: an expression of n8n that was not evaluated? Type it in n8n without the = in front, with the field switched to Expression."
                        .formatted(StrictJson.shown(input.getKey()))))
        .toList();
  }

  /** What is wrong with a value that holds one, such as {@code ={{ $execution.resumeUrl }}}. */
  static Optional<String> unevaluated(String field, String value) {
    int begin = value.indexOf("{{");
    if (begin < 0 || value.indexOf("}}", begin) < 0) {
      return Optional.empty();
    }
    String shown = value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "…";
    return Optional.of(
        field
            + " is the text "
            + shown
            + ", an expression that was not evaluated. In n8n switch the field from Fixed to Expression, and type it without the = in front.");
  }
}
