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
 * @param isInferred whether its type was only read off the graph's value, so that what the servers
 *     declare of it holds where nothing else is said
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
    Optional<ChoiceSource> choicesFrom,
    boolean isInferred) {

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
        Optional.empty(),
        false);
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
        choicesFrom,
        isInferred);
  }

  /** The same input, shown otherwise. */
  InputSpec with(InputHints otherHints) {
    return copy(choices, otherHints, choicesFrom);
  }

  /** The same input with the choices of a node class, where a server has reported them. */
  InputSpec from(ChoiceSource source) {
    return copy(choices, hints, Optional.of(source));
  }

  /**
   * The inputs of a workflow with what the servers declare now: their choices, and the types and
   * ranges of those whose type was only read off the graph.
   */
  static List<InputSpec> resolved(Workflow workflow, Optional<ObjectInfo> objectInfo) {
    boolean isAnyInferred = workflow.inputs().stream().anyMatch(InputSpec::isInferred);
    if (!isAnyInferred || objectInfo.isEmpty()) {
      return workflow.inputs().stream().map(spec -> spec.withChoices(objectInfo)).toList();
    }
    DerivedInputs derived = new DerivedInputs(workflow.graph(), objectInfo);
    return workflow.inputs().stream()
        .map(spec -> spec.declared(derived).withChoices(objectInfo))
        .toList();
  }

  // A template is text, and a seed is known by its name.
  private InputSpec declared(DerivedInputs derived) {
    return isInferred && template.isEmpty() && type != InputType.SEED
        ? derived.spec(name, targets).map(this::completedBy).orElse(this)
        : this;
  }

  private InputSpec withChoices(Optional<ObjectInfo> objectInfo) {
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
        source,
        isInferred);
  }

  /** Whether a number is outside of its limits; its step does not count. */
  boolean excludes(BigDecimal number) {
    return min.filter(least -> number.compareTo(least) < 0).isPresent()
        || max.filter(most -> number.compareTo(most) > 0).isPresent();
  }

  /** The same with a type that was only read off the graph's value. */
  InputSpec inferred() {
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
        choices,
        required,
        accepts,
        template,
        hints,
        choicesFrom,
        true);
  }

  /** The same with what is declared of it where it says nothing itself. */
  private InputSpec completedBy(InputSpec declared) {
    InputHints shown =
        new InputHints(
            hints.label(),
            hints.group(),
            hints.examples(),
            hints.isMultiline() || declared.hints.isMultiline(),
            hints.isAdvanced(),
            hints.isHidden());
    return new InputSpec(
        name,
        declared.type,
        targets,
        description,
        defaultValue,
        min.or(() -> declared.min),
        max.or(() -> declared.max),
        step.or(() -> declared.step),
        maxLength,
        choices.isEmpty() ? declared.choices : choices,
        required,
        accepts,
        template,
        shown,
        choicesFrom.or(() -> choices.isEmpty() ? declared.choicesFrom : Optional.empty()),
        isInferred);
  }

  /** What the node gets for a value that was checked. */
  JsonNode inTemplate(JsonNode value) {
    return template.isPresent() && value.isTextual()
        ? TextNode.valueOf(template.get().replace(PresetFile.VALUE, value.asText()))
        : value;
  }

  /** An input of one type with no limits, for one field of one node. */
  static InputSpec plain(String name, Address target, InputType type) {
    return new InputSpec(
        name,
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
