package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** JSON values in the words of Python's {@code str()} and {@code repr()}, which ComfyUI answers. */
final class PythonText {
  private PythonText() {}

  static String str(JsonNode value) {
    return value.isTextual() ? value.textValue() : repr(value);
  }

  static String repr(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> quoted(value.textValue());
      case NUMBER -> value.isIntegralNumber() ? value.asText() : real(value.doubleValue());
      case BOOLEAN -> value.booleanValue() ? "True" : "False";
      case ARRAY -> {
        List<String> items = new ArrayList<>();
        value.forEach(item -> items.add(repr(item)));
        yield "[" + String.join(", ", items) + "]";
      }
      case OBJECT -> {
        List<String> items = new ArrayList<>();
        value
            .properties()
            .forEach(entry -> items.add(quoted(entry.getKey()) + ": " + repr(entry.getValue())));
        yield "{" + String.join(", ", items) + "}";
      }
      default -> "None";
    };
  }

  /** The name of the Python type that the JSON value has after parsing. */
  static String typeName(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "str";
      case NUMBER -> value.isIntegralNumber() ? "int" : "float";
      case BOOLEAN -> "bool";
      case ARRAY -> "list";
      case OBJECT -> "dict";
      default -> "NoneType";
    };
  }

  static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder quoted = new StringBuilder().append(quote);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '\\' -> quoted.append("\\\\");
        default -> {
          if (c == quote) {
            quoted.append('\\').append(c);
          } else if (c < ' ' || c == 0x7f) {
            quoted.append("\\x%02x".formatted((int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append(quote).toString();
  }

  private static String real(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    BigDecimal exact = new BigDecimal(Double.toString(value));
    int exponent = exact.precision() - exact.scale() - 1;
    if (exact.signum() == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    if (exponent >= -4 && exponent < 16) {
      String plain = exact.stripTrailingZeros().toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    BigDecimal stripped = exact.stripTrailingZeros();
    BigDecimal mantissa = stripped.scaleByPowerOfTen(-exponent);
    return "%se%s%02d"
        .formatted(mantissa.toPlainString(), exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
