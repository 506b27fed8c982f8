package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/** How well a value of the file fits what the class declares for an input. */
enum ValueFit {
  /** It is of the type, in the range and among the choices. */
  GOOD,
  /**
   * It is what the editor would send: the name of a file that the server does not list, since files
   * come and go, a word for one side of a switch, or an object where a text is declared.
   */
  LOOSE,
  /** The editor would send it, though the declaration reads otherwise: it is out of range. */
  ODD,
  /** It cannot be meant for this input. */
  NONE;

  private static final Pattern FILE_NAME = Pattern.compile(".{0,500}\\.[A-Za-z0-9]{2,12}");

  /** How a value fits an input. */
  static ValueFit of(JsonNode value, Declared input) {
    return switch (input.type()) {
      case "INT" -> integer(value, input);
      case "FLOAT" -> value.isNumber() ? range(value, input) : NONE;
      case "STRING" -> text(value);
      case "BOOLEAN" -> bool(value, input);
      case "COMBO" -> choice(value, input);
      case "BOUNDING_BOX", "CURVE" -> value.isObject() ? GOOD : NONE;
      case "COLOR", "COLORCODE" -> value.isTextual() ? GOOD : NONE;
      case Declared.DYNAMIC_COMBO -> value.isTextual() ? GOOD : NONE;
      default -> input.isOfPlainTypes() ? plain(value) : other(value);
    };
  }

  /** Whether a choice is one among files: its list is empty, or has names of files in it. */
  static boolean isOfFiles(Declared input) {
    JsonNode choices = input.choices();
    if (!choices.isArray() || choices.isEmpty() || input.isUpload()) {
      return true;
    }
    for (JsonNode choice : choices) {
      if (isFileName(choice)) {
        return true;
      }
    }
    return false;
  }

  private static ValueFit integer(JsonNode value, Declared input) {
    return value.isNumber() && isWhole(value) ? range(value, input) : NONE;
  }

  private static boolean isWhole(JsonNode value) {
    return value.isIntegralNumber() || value.doubleValue() == Math.rint(value.doubleValue());
  }

  private static ValueFit range(JsonNode value, Declared input) {
    if (value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue())) {
      return NONE;
    }
    JsonNode min = input.options().path("min");
    JsonNode max = input.options().path("max");
    boolean isIn =
        (!isFinite(min) || compare(value, min) >= 0)
            && (!isFinite(max) || compare(value, max) <= 0);
    return isIn ? GOOD : ODD;
  }

  private static boolean isFinite(JsonNode bound) {
    return bound.isNumber()
        && (!bound.isFloatingPointNumber() || Double.isFinite(bound.doubleValue()));
  }

  private static int compare(JsonNode one, JsonNode other) {
    if (one.isIntegralNumber() && other.isIntegralNumber()) {
      return one.bigIntegerValue().compareTo(other.bigIntegerValue());
    }
    return Double.compare(one.doubleValue(), other.doubleValue());
  }

  private static ValueFit text(JsonNode value) {
    return value.isTextual() ? GOOD : value.isObject() ? LOOSE : value.isArray() ? ODD : NONE;
  }

  // Older versions of some classes had the words of the two sides as a choice.
  private static ValueFit bool(JsonNode value, Declared input) {
    if (value.isBoolean()) {
      return GOOD;
    }
    return isLabel(value, input) ? LOOSE : NONE;
  }

  /** Whether a value is the word for one side of a switch. */
  static boolean isLabel(JsonNode value, Declared input) {
    return input.type().equals("BOOLEAN")
        && value.isTextual()
        && (value.equals(input.options().path("label_on"))
            || value.equals(input.options().path("label_off")));
  }

  private static ValueFit choice(JsonNode value, Declared input) {
    JsonNode choices = input.choices();
    if (value.isArray() && !value.isEmpty()) {
      ValueFit worst = GOOD;
      for (JsonNode item : value) {
        ValueFit fit = item.isArray() ? NONE : choice(item, input);
        worst = worst.compareTo(fit) >= 0 ? worst : fit;
      }
      return worst;
    }
    if (value.isNull() || value.isContainerNode()) {
      return value.isObject() ? LOOSE : NONE;
    }
    if (!choices.isArray() || choices.isEmpty() || input.isRemote()) {
      return value.isTextual() || value.isNumber() ? LOOSE : NONE;
    }
    for (JsonNode choice : choices) {
      if (choice.equals(value)
          || (choice.isNumber() && value.isNumber() && compare(choice, value) == 0)) {
        return GOOD;
      }
    }
    if (!value.isTextual() || !isOfFiles(input)) {
      return NONE;
    }
    return isFileName(value) ? LOOSE : ODD;
  }

  /** Whether a value reads like the name of a file. */
  static boolean isFileName(JsonNode value) {
    return value.isTextual() && FILE_NAME.matcher(value.asText()).matches();
  }

  private static ValueFit plain(JsonNode value) {
    return value.isNumber() || value.isTextual() || value.isBoolean() ? GOOD : NONE;
  }

  private static ValueFit other(JsonNode value) {
    return value.isNull() ? NONE : GOOD;
  }

  /** A number as it is, for messages. */
  static String show(JsonNode value) {
    String text =
        value.isFloatingPointNumber() && Double.isFinite(value.doubleValue())
            ? BigDecimal.valueOf(value.doubleValue()).toPlainString()
            : value.toString();
    return ConversionFault.cut(text);
  }
}
