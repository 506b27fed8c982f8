package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * What stands at one position of {@code widgets_values}.
 *
 * @param key the name under which its value is found
 * @param input the input that the value is for
 * @param role whether it is the value of an input, or something that the editor adds
 * @param isLinked whether the input has a link, which wins over any value
 */
record Field(String key, Declared input, Role role, boolean isLinked) {
  private static final Set<String> CONTROLS =
      Set.of("fixed", "increment", "decrement", "randomize");
  private static final Set<String> BUTTONS =
      Set.of("", "image", "video", "audio", "file", "upload", "refresh");

  enum Role {
    /** The value of an input. */
    VALUE,
    /** The value of an input that may have had no field when the file was saved. */
    PERHAPS,
    /** What becomes of the value before it after each run. */
    CONTROL,
    /** The filter that narrows the choices which the control goes through. */
    FILTER,
    /** A button, or a preview. */
    BUTTON,
    /** The value of what was a field when the file was saved, and is none now. */
    FORMER
  }

  static Field of(Declared input, boolean isLinked) {
    return new Field(input.name(), input, Role.VALUE, isLinked);
  }

  Field as(Role other) {
    return new Field(key, input, other, isLinked);
  }

  Field under(String otherKey) {
    return new Field(otherKey, input, role, isLinked);
  }

  /** The same for an input that has a link. */
  Field linked() {
    return new Field(key, input, role, true);
  }

  boolean isValue() {
    return role == Role.VALUE || role == Role.PERHAPS;
  }

  /** Whether a file that is older than the input can leave it out. */
  boolean isLeftOut() {
    return isLinked || !input.isRequired() || input.options().has("default");
  }

  /** Whether the position can be missing. */
  boolean isOptional() {
    return role != Role.VALUE;
  }

  /**
   * Whether a value can be nothing else than what the editor adds here, so that it is not left for
   * the input behind.
   */
  boolean isSurely(JsonNode value) {
    return switch (role) {
      case CONTROL -> CONTROLS.contains(value.asText(""));
      case BUTTON -> value.isTextual() && !value.asText().isEmpty() && isIdle(value);
      default -> false;
    };
  }

  ValueFit fit(JsonNode value) {
    return switch (role) {
      case VALUE, PERHAPS -> isLinked ? ofLinked(value) : ValueFit.of(value, input);
      case CONTROL ->
          good(value.isNull() || value.isBoolean() || CONTROLS.contains(value.asText()));
      case FILTER -> good(value.isTextual());
      case BUTTON -> good(isIdle(value) || (input.isRemote() && value.isBoolean()));
      case FORMER -> ValueFit.GOOD;
    };
  }

  private ValueFit ofLinked(JsonNode value) {
    ValueFit fit = ValueFit.of(value, input);
    return fit == ValueFit.NONE ? ValueFit.LOOSE : fit;
  }

  private static ValueFit good(boolean fits) {
    return fits ? ValueFit.GOOD : ValueFit.NONE;
  }

  /** Whether a value is what buttons and empty previews leave in the file. */
  static boolean isIdle(JsonNode value) {
    return value.isNull() || (value.isTextual() && BUTTONS.contains(value.asText()));
  }
}
