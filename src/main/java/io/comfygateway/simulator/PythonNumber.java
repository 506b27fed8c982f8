package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/** Python's {@code int()}, {@code float()} and {@code bool()}, which ComfyUI calls on inputs. */
final class PythonNumber {
  private static final Pattern INTEGER = Pattern.compile("[+-]?+\\d++(?:_\\d++)*+");
  private static final Pattern REAL =
      Pattern.compile(
          "[+-]?+(?:(?:\\d++\\.?+\\d*+|\\.\\d++)(?:[eE][+-]?+\\d++)?+|infinity|inf|nan)");

  private PythonNumber() {}

  static JsonNode toInt(JsonNode value) throws PythonError {
    if (value.isIntegralNumber()) {
      return value;
    }
    if (value.isBoolean()) {
      return IntNode.valueOf(value.booleanValue() ? 1 : 0);
    }
    if (value.isNumber()) {
      double real = value.doubleValue();
      if (Double.isInfinite(real)) {
        throw new PythonError("OverflowError", "cannot convert float infinity to integer");
      }
      return integer(value.decimalValue().toBigInteger());
    }
    if (value.isTextual()) {
      String text = value.textValue().strip();
      // Python reads no longer numbers either (sys.int_info.default_max_str_digits).
      if (text.length() > 4300 || !INTEGER.matcher(text).matches()) {
        throw new PythonError(
            "ValueError", "invalid literal for int() with base 10: " + PythonText.repr(value));
      }
      return integer(new BigInteger(text.replace("_", "").replace("+", "")));
    }
    throw new PythonError(
        "TypeError",
        "int() argument must be a string, a bytes-like object or a real number, not '"
            + PythonText.typeName(value)
            + "'");
  }

  static JsonNode toFloat(JsonNode value) throws PythonError {
    if (value.isNumber()) {
      return DoubleNode.valueOf(value.doubleValue());
    }
    if (value.isBoolean()) {
      return DoubleNode.valueOf(value.booleanValue() ? 1 : 0);
    }
    if (value.isTextual()) {
      String text = value.textValue().strip().toLowerCase(Locale.ROOT);
      if (!REAL.matcher(text).matches()) {
        throw new PythonError(
            "ValueError", "could not convert string to float: " + PythonText.repr(value));
      }
      return DoubleNode.valueOf(
          text.endsWith("nan")
              ? Double.NaN
              : text.contains("inf")
                  ? (text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY)
                  : Double.parseDouble(text));
    }
    throw new PythonError(
        "TypeError",
        "float() argument must be a string or a real number, not '"
            + PythonText.typeName(value)
            + "'");
  }

  static boolean isTrue(JsonNode value) {
    return switch (value.getNodeType()) {
      case BOOLEAN -> value.booleanValue();
      case NUMBER -> value.doubleValue() != 0;
      case STRING -> !value.textValue().isEmpty();
      case ARRAY, OBJECT -> !value.isEmpty();
      default -> false;
    };
  }

  /** Compares exactly: a seed of 64 bits does not fit into a double. NaN is equal to everything. */
  static int compare(JsonNode one, JsonNode other) {
    if (isFinite(one) && isFinite(other)) {
      return exact(one).compareTo(exact(other));
    }
    double left = one.doubleValue();
    double right = other.doubleValue();
    return left < right ? -1 : left > right ? 1 : 0;
  }

  private static boolean isFinite(JsonNode value) {
    return value.isIntegralNumber() || Double.isFinite(value.doubleValue());
  }

  private static BigDecimal exact(JsonNode value) {
    return value.isIntegralNumber()
        ? new BigDecimal(value.bigIntegerValue())
        : BigDecimal.valueOf(value.doubleValue());
  }

  private static JsonNode integer(BigInteger value) {
    if (value.bitLength() < Integer.SIZE) {
      return IntNode.valueOf(value.intValue());
    }
    return value.bitLength() < Long.SIZE
        ? LongNode.valueOf(value.longValue())
        : BigIntegerNode.valueOf(value);
  }
}
