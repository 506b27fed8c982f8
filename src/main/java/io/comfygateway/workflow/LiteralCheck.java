package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.math.BigDecimal;
import java.util.Optional;

/** Compares a literal with what the declaration of its input says of type, range and choices. */
final class LiteralCheck {
  private static final int LONGEST_NUMBER = 40;
  private static final int GREATEST_SCALE = 400;

  private final InputDeclaration declaration;

  LiteralCheck(InputDeclaration declaration) {
    this.declaration = declaration;
  }

  /**
   * What does not fit.
   *
   * @param code ComfyUI's word for it
   * @param words what a sentence about the input goes on with
   */
  record Fault(String code, String words) {}

  Optional<Fault> fault(JsonNode given) {
    JsonNode value = given.isObject() && given.has("__value__") ? given.get("__value__") : given;
    return switch (declaration.type()) {
      case "INT", "FLOAT" -> number(value);
      case "COMBO" -> choice(value);
      default -> Optional.empty();
    };
  }

  private Optional<Fault> number(JsonNode value) {
    if (value.isBoolean()) {
      return Optional.empty();
    }
    Optional<BigDecimal> read = read(value);
    if (read.isEmpty()) {
      return Optional.of(
          new Fault("invalid_input_type", "must be a number and is " + Excerpt.of(value)));
    }
    Optional<BigDecimal> min = read(declaration.options().path("min"));
    if (min.filter(least -> read.get().compareTo(least) < 0).isPresent()) {
      return Optional.of(
          new Fault(
              "value_smaller_than_min",
              "is %s; the least that its class declares is %s"
                  .formatted(Excerpt.of(value), min.get().toPlainString())));
    }
    Optional<BigDecimal> max = read(declaration.options().path("max"));
    return max.filter(most -> read.get().compareTo(most) > 0)
        .map(
            most ->
                new Fault(
                    "value_bigger_than_max",
                    "is %s; the most that its class declares is %s"
                        .formatted(Excerpt.of(value), most.toPlainString())));
  }

  /** The value as a number; ComfyUI reads a text as one, too. */
  private static Optional<BigDecimal> read(JsonNode value) {
    if (value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue())) {
      return Optional.empty();
    }
    if (value.isNumber()) {
      return Optional.of(value.decimalValue());
    }
    String text = value.isTextual() ? value.asText().strip() : "";
    if (text.isEmpty() || text.length() > LONGEST_NUMBER) {
      return Optional.empty();
    }
    try {
      return Optional.of(new BigDecimal(text))
          .filter(number -> Math.abs((long) number.scale()) <= GREATEST_SCALE);
    } catch (NumberFormatException notANumber) {
      return Optional.empty();
    }
  }

  private Optional<Fault> choice(JsonNode value) {
    JsonNode choices = declaration.choices();
    if (!choices.isArray() || UploadInputs.marked(declaration).isPresent()) {
      return Optional.empty();
    }
    boolean isListed = true;
    if (value.isArray()) {
      for (JsonNode item : value) {
        isListed &= isListed(item, choices);
      }
    } else {
      isListed = isListed(value, choices);
    }
    return isListed
        ? Optional.empty()
        : Optional.of(
            new Fault(
                "value_not_in_list",
                "is %s, which is not among the %d values that ComfyUI lists"
                    .formatted(Excerpt.of(value), choices.size())));
  }

  private static boolean isListed(JsonNode value, JsonNode choices) {
    for (JsonNode choice : choices) {
      if (choice.equals(value)
          || (choice.isNumber()
              && value.isNumber()
              && choice.decimalValue().compareTo(value.decimalValue()) == 0)) {
        return true;
      }
    }
    return false;
  }
}
