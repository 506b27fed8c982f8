package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The type of an input's values. */
public enum InputType {
  STRING,
  INTEGER,
  NUMBER,
  BOOLEAN,
  CHOICE,
  /** A whole number that is drawn at random where the caller gives none. */
  SEED,
  IMAGE,
  AUDIO,
  VIDEO,
  FILE;

  /** The type of this name, as sidecars write it. */
  public static Optional<InputType> named(String word) {
    return Arrays.stream(values()).filter(type -> type.word().equals(word)).findFirst();
  }

  /** The type of a ComfyUI's declaration; empty for a choice, and for what only links can hold. */
  static Optional<InputType> declared(String type) {
    return switch (type) {
      case "INT" -> Optional.of(INTEGER);
      case "FLOAT" -> Optional.of(NUMBER);
      case "BOOLEAN" -> Optional.of(BOOLEAN);
      case "STRING" -> Optional.of(STRING);
      default -> Optional.empty();
    };
  }

  /** ComfyUI exports a FLOAT of 8.0 as 8, so a whole number in a graph promises no INT. */
  static Optional<InputType> of(JsonNode literal) {
    return switch (literal.getNodeType()) {
      case NUMBER -> Optional.of(NUMBER);
      case BOOLEAN -> Optional.of(BOOLEAN);
      case STRING -> Optional.of(STRING);
      default -> Optional.empty();
    };
  }

  /** The name in sidecars and messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the value is a file that must first be uploaded to ComfyUI. */
  public boolean isMedia() {
    return this == IMAGE || this == AUDIO || this == VIDEO || this == FILE;
  }

  /** Whether the value is a number, so that min, max and step apply. */
  public boolean isNumeric() {
    return this == INTEGER || this == NUMBER || this == SEED;
  }
}
