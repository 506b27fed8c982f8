package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What holds for a value that one input sets in several nodes: the narrowest of what each takes.
 */
final class CommonSpec {
  /** The types of numbers and texts, the narrowest first. */
  private static final List<List<InputType>> NARROWING =
      List.of(
          List.of(InputType.SEED, InputType.INTEGER, InputType.NUMBER),
          List.of(InputType.CHOICE, InputType.STRING));

  private final InputSpec first;
  private final List<InputSpec> specs;

  private CommonSpec(InputSpec first, List<InputSpec> specs) {
    this.first = first;
    this.specs = specs;
  }

  /**
   * The input for all targets.
   *
   * @param specs the input for each target, whose type is known; the first gives name and hints
   * @return nothing for none
   */
  static Optional<InputSpec> of(List<InputSpec> specs) {
    return specs.size() < 2
        ? specs.stream().findFirst()
        : Optional.of(new CommonSpec(specs.get(0), specs).narrowed());
  }

  private InputSpec narrowed() {
    Optional<BigDecimal> step = step();
    // Steps count from the least value, and each input has its own.
    Optional<BigDecimal> min =
        specs.stream()
            .flatMap(it -> it.min().stream())
            .max(order())
            .map(
                it ->
                    step.map(by -> it.divide(by, 0, RoundingMode.CEILING).multiply(by)).orElse(it));
    Optional<BigDecimal> max = specs.stream().flatMap(it -> it.max().stream()).min(order());
    boolean isEmpty = min.isPresent() && max.isPresent() && min.get().compareTo(max.get()) > 0;
    List<JsonNode> choices = choices();
    return new InputSpec(
        first.name(),
        type(choices),
        specs.stream().flatMap(it -> it.targets().stream()).distinct().toList(),
        first.description(),
        first.defaultValue(),
        isEmpty ? first.min() : min,
        isEmpty ? first.max() : max,
        step,
        first.maxLength(),
        choices,
        first.required(),
        first.accepts(),
        first.template(),
        new InputHints(
            first.hints().label(),
            first.hints().group(),
            first.hints().examples(),
            specs.stream().anyMatch(it -> it.hints().isMultiline()),
            specs.stream().allMatch(it -> it.hints().isAdvanced()),
            first.hints().isHidden()),
        source(choices),
        first.isInferred());
  }

  private static Comparator<BigDecimal> order() {
    return Comparator.naturalOrder();
  }

  private InputType type(List<JsonNode> choices) {
    for (List<InputType> family : NARROWING) {
      if (specs.stream().allMatch(it -> family.contains(it.type()))) {
        return specs.stream()
            .map(InputSpec::type)
            .min(Comparator.comparing(family::indexOf))
            .orElseThrow();
      }
    }
    return choices.isEmpty() ? first.type() : InputType.CHOICE;
  }

  // Where no choice is common to all, the first's are better than none.
  private List<JsonNode> choices() {
    List<List<JsonNode>> lists =
        specs.stream().map(InputSpec::choices).filter(it -> !it.isEmpty()).toList();
    List<JsonNode> common = new ArrayList<>(lists.isEmpty() ? List.of() : lists.get(0));
    lists.forEach(common::retainAll);
    return common.isEmpty() ? first.choices() : common;
  }

  private Optional<ChoiceSource> source(List<JsonNode> choices) {
    return specs.stream()
        .filter(it -> it.choices().equals(choices))
        .findFirst()
        .flatMap(InputSpec::choicesFrom);
  }

  /** The greatest step, if it is a multiple of the others. */
  private Optional<BigDecimal> step() {
    List<BigDecimal> steps = specs.stream().flatMap(it -> it.step().stream()).toList();
    return steps.stream()
        .max(order())
        .filter(
            greatest -> steps.stream().allMatch(step -> greatest.remainder(step).signum() == 0));
  }
}
