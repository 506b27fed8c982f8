package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Checks one value against the input that it is meant for.
 *
 * <p>A value is taken as JSON Schema 2020-12 would take it, so {@code 512.0} is an integer. A
 * lenient check also converts text to a number or a boolean: forms have no other type, and tools
 * such as n8n send it in JSON.
 */
final class InputValue {
  /** Bounds the exponent: {@code 1e999999999} as an exact number would fill the memory. */
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?\\d{1,40}(\\.\\d{1,40})?([eE][+-]?\\d{1,3})?");

  private static final int MAX_SCALE = 400;
  private static final int SHOWN = 60;
  private static final Set<String> TRUE = Set.of("true", "on", "1");
  private static final Set<String> FALSE = Set.of("false", "off", "0");

  /** What became of the value. */
  sealed interface Checked {}

  /** It is allowed, and goes into the graph in this form. */
  record Accepted(JsonNode value) implements Checked {}

  /** It is not allowed: what is wrong and what to do. */
  record Refused(String detail) implements Checked {}

  private final InputSpec spec;
  private final boolean lenient;

  InputValue(InputSpec spec, boolean lenient) {
    this.spec = spec;
    this.lenient = lenient;
  }

  Checked check(JsonNode given) {
    return switch (spec.type()) {
      case STRING -> text(given);
      case INTEGER, SEED, NUMBER -> number(given);
      case BOOLEAN -> bool(given);
      case CHOICE -> choice(given);
      case IMAGE, AUDIO, VIDEO, FILE -> media(given);
    };
  }

  /**
   * Whether a value stands for none, as forms and low-code tools send it for what was not filled
   * in: {@code null}, or an empty text where a text is no value.
   */
  static boolean isLeftOut(InputType type, JsonNode given) {
    return given.isNull()
        || (type != InputType.STRING && given.isTextual() && given.asText().isBlank());
  }

  private Checked text(JsonNode given) {
    if (!given.isTextual()) {
      return refused("a string", given);
    }
    String text = given.asText();
    int length = text.codePointCount(0, text.length());
    if (spec.maxLength().isPresent() && length > spec.maxLength().getAsInt()) {
      return new Refused(
          spec.name()
              + " has "
              + length
              + " characters; at most "
              + spec.maxLength().getAsInt()
              + " are allowed");
    }
    return oneOfTheChoices(given);
  }

  private Checked number(JsonNode given) {
    boolean whole = spec.type() != InputType.NUMBER;
    Optional<BigDecimal> read = read(given);
    if (read.isEmpty() || (whole && !isWhole(read.get()))) {
      return refused((whole ? "a whole number" : "a number") + range(), given);
    }
    BigDecimal number = read.get();
    if (spec.min().filter(min -> number.compareTo(min) < 0).isPresent()
        || spec.max().filter(max -> number.compareTo(max) > 0).isPresent()) {
      return refused((whole ? "a whole number" : "a number") + range(), given);
    }
    BigDecimal from = spec.min().orElse(BigDecimal.ZERO);
    if (spec.step().isPresent()
        && number.subtract(from).remainder(spec.step().get()).signum() != 0) {
      return refused(
          "a number in steps of "
              + spec.step().get().toPlainString()
              + " from "
              + from.toPlainString(),
          given);
    }
    return oneOfTheChoices(whole ? integer(number) : given.isNumber() ? given : decimal(number));
  }

  private Checked bool(JsonNode given) {
    if (given.isBoolean()) {
      return new Accepted(given);
    }
    if (lenient && given.isTextual() && TRUE.contains(word(given))) {
      return new Accepted(BooleanNode.TRUE);
    }
    if (lenient && given.isTextual() && FALSE.contains(word(given))) {
      return new Accepted(BooleanNode.FALSE);
    }
    return refused("true or false", given);
  }

  private static String word(JsonNode given) {
    return given.asText().strip().toLowerCase(Locale.ROOT);
  }

  private Checked choice(JsonNode given) {
    return given.isValueNode() && !given.isNull() ? oneOfTheChoices(given) : notAChoice(given);
  }

  private Checked media(JsonNode given) {
    boolean isFile =
        FileSource.part(given).isPresent() || (given.isTextual() && !given.asText().isBlank());
    return isFile
        ? new Accepted(given)
        : refused("an http(s) URL, a data URI, base64 or the id of an upload, as a string", given);
  }

  private Checked oneOfTheChoices(JsonNode value) {
    if (spec.choices().isEmpty()) {
      return new Accepted(value);
    }
    Optional<JsonNode> same =
        spec.choices().stream().filter(choice -> equal(choice, value)).findFirst();
    return same.<Checked>map(Accepted::new).orElseGet(() -> notAChoice(value));
  }

  private Refused notAChoice(JsonNode given) {
    String known =
        spec.choices().stream().limit(20).map(InputValue::show).collect(Collectors.joining(", "));
    return refused("one of " + known + (spec.choices().size() > 20 ? ", …" : ""), given);
  }

  private boolean equal(JsonNode choice, JsonNode value) {
    if (choice.isNumber() && value.isNumber()) {
      return read(choice).flatMap(a -> read(value).map(b -> a.compareTo(b) == 0)).orElse(false);
    }
    return choice.equals(value)
        || (lenient && value.isTextual() && choice.asText().equals(value.asText()));
  }

  /** The value as an exact number, where it is one that can be counted with. */
  private Optional<BigDecimal> read(JsonNode given) {
    if (given.isFloat() || given.isDouble()) {
      return Double.isFinite(given.doubleValue())
          ? Optional.of(given.decimalValue())
          : Optional.empty();
    }
    if (given.isNumber()) {
      return Optional.of(given.decimalValue()).filter(n -> Math.abs((long) n.scale()) <= MAX_SCALE);
    }
    return lenient && given.isTextual() && NUMBER.matcher(given.asText().strip()).matches()
        ? Optional.of(new BigDecimal(given.asText().strip()))
        : Optional.empty();
  }

  private static boolean isWhole(BigDecimal number) {
    return number.stripTrailingZeros().scale() <= 0;
  }

  private static JsonNode integer(BigDecimal number) {
    BigInteger exact = number.toBigInteger();
    return exact.bitLength() < Long.SIZE
        ? LongNode.valueOf(exact.longValue())
        : BigIntegerNode.valueOf(exact);
  }

  private static JsonNode decimal(BigDecimal number) {
    return isWhole(number) ? integer(number) : DoubleNode.valueOf(number.doubleValue());
  }

  private String range() {
    Optional<String> min = spec.min().map(BigDecimal::toPlainString);
    Optional<String> max = spec.max().map(BigDecimal::toPlainString);
    if (min.isPresent() && max.isPresent()) {
      return " from " + min.get() + " to " + max.get();
    }
    return min.map(least -> " of at least " + least).orElse("")
        + max.map(most -> " of at most " + most).orElse("");
  }

  private Refused refused(String expected, JsonNode given) {
    String hint = spec.type() == InputType.SEED ? "; leave it out to have one drawn" : "";
    return new Refused(spec.name() + " must be " + expected + ", not " + show(given) + hint);
  }

  private static String show(JsonNode value) {
    if (value.isObject()) {
      return "an object";
    }
    if (value.isArray()) {
      return "a list";
    }
    if (FileSource.part(value).isPresent()) {
      return "a file";
    }
    String text = value.toString();
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
  }
}
