package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * An input of a workflow, as its sidecar names it.
 *
 * @param name what callers write in {@code inputs}
 * @param type the type of its values
 * @param targets the node inputs that get the value, at least one
 * @param description what it does, empty if nothing is said
 * @param defaultValue the value if the caller gives none; without it the graph's own value stays.
 *     For a file it is the name of one that ComfyUI has
 * @param min the least number
 * @param max the greatest number
 * @param step the distance of allowed numbers, counted from {@code min}, or from 0 without it
 * @param maxLength the most Unicode characters of a string
 * @param choices the allowed values; empty for any
 * @param required whether the caller must give it
 * @param accepts the kinds of files that an input of the type {@code file} takes; empty if none are
 *     declared
 * @param template the text that the node gets, with {@link PresetFile#VALUE} in place of the
 *     caller's; empty for the caller's value unchanged
 * @param hints what forms show of it
 * @param choicesFrom the input of a node class whose choices are its own; empty for {@code choices}
 */
public record InputSpec(
    String name,
    InputType type,
    List<Address> targets,
    String description,
    Optional<JsonNode> defaultValue,
    Optional<BigDecimal> min,
    Optional<BigDecimal> max,
    Optional<BigDecimal> step,
    OptionalInt maxLength,
    List<JsonNode> choices,
    boolean required,
    Set<FileKind> accepts,
    Optional<String> template,
    InputHints hints,
    Optional<ChoiceSource> choicesFrom) {

  /** The greatest whole number that a JavaScript caller reads exactly (ECMA-262, 21.1.2.6). */
  public static final long MAX_EXACT = (1L << 53) - 1;

  public InputSpec {
    targets = List.copyOf(targets);
    choices = List.copyOf(choices);
    accepts = Set.copyOf(accepts);
    if (type == InputType.SEED) {
      min = min.or(() -> Optional.of(BigDecimal.ZERO));
      max = max.or(() -> Optional.of(BigDecimal.valueOf(MAX_EXACT)));
    }
  }

  InputSpec(
      String name,
      InputType type,
      List<Address> targets,
      String description,
      Optional<JsonNode> defaultValue,
      Optional<BigDecimal> min,
      Optional<BigDecimal> max,
      Optional<BigDecimal> step,
      OptionalInt maxLength,
      List<JsonNode> choices,
      boolean required,
      Set<FileKind> accepts) {
    this(
        name,
        type,
        targets,
        description,
        defaultValue,
        min,
        max,
        step,
        maxLength,
        choices,
        required,
        accepts,
        Optional.empty(),
        InputHints.NONE,
        Optional.empty());
  }

  /** The input as a preset offers it. */
  InputSpec preset(
      String otherDescription,
      Optional<JsonNode> otherDefault,
      boolean isRequired,
      Optional<String> otherTemplate) {
    return new InputSpec(
        name,
        type,
        targets,
        otherDescription,
        otherDefault,
        min,
        max,
        step,
        maxLength,
        choices,
        isRequired,
        accepts,
        otherTemplate,
        hints,
        choicesFrom);
  }

  /** The same input, shown otherwise. */
  InputSpec with(InputHints otherHints) {
    return copy(choices, otherHints, choicesFrom);
  }

  /** The same input with the choices of a node class, where a server has reported them. */
  InputSpec from(ChoiceSource source) {
    return copy(choices, hints, Optional.of(source));
  }

  /** The input with the choices that the servers have now; any value where none is known. */
  InputSpec resolved(Optional<ObjectInfo> objectInfo) {
    return choicesFrom
        .map(source -> copy(source.choices(objectInfo), hints, choicesFrom))
        .orElse(this);
  }

  private InputSpec copy(
      List<JsonNode> otherChoices, InputHints otherHints, Optional<ChoiceSource> source) {
    return new InputSpec(
        name,
        type,
        targets,
        description,
        defaultValue,
        min,
        max,
        step,
        maxLength,
        otherChoices,
        required,
        accepts,
        template,
        otherHints,
        source);
  }

  /** What the node gets for a value that was checked. */
  JsonNode inTemplate(JsonNode value) {
    return template.isPresent() && value.isTextual()
        ? TextNode.valueOf(template.get().replace(PresetFile.VALUE, value.asText()))
        : value;
  }

  /** An input of one type with no limits, for one field of one node. */
  static InputSpec plain(Address target, InputType type) {
    return new InputSpec(
        target.toString(),
        type,
        List.of(target),
        "",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        List.of(),
        false,
        Set.of());
  }
}
