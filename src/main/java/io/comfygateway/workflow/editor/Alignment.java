package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lays the values of {@code widgets_values} beside the fields of a node. Some positions may be
 * missing, so there can be several readings; a value that does not fit its field ends one. Only a
 * reading that nothing contradicts is taken.
 */
final class Alignment {
  private static final int MOST_STEPS = 20_000;
  private static final int MOST_READINGS = 64;

  private final List<JsonNode> values;
  private final BiFunction<Declared, JsonNode, List<Field>> chosen;
  private final List<Reading> readings = new ArrayList<>();
  private final Set<Reading> doubtful = Collections.newSetFromMap(new IdentityHashMap<>());
  private int furthest = -1;
  private @Nullable Field stuck;
  private boolean isGivenUp;

  /**
   * @param chosen the further fields that the value of a dynamic choice brings
   */
  Alignment(List<JsonNode> values, BiFunction<Declared, JsonNode, List<Field>> chosen) {
    this.values = values;
    this.chosen = chosen;
  }

  /** The fields that are still to come. */
  private record Rest(Field first, @Nullable Rest next) {

    static @Nullable Rest of(List<Field> fields, @Nullable Rest behind) {
      Rest rest = behind;
      for (int i = fields.size() - 1; i >= 0; i--) {
        rest = new Rest(fields.get(i), rest);
      }
      return rest;
    }
  }

  /** The values that have been taken, the last one first. */
  private record Taken(Field field, int at, @Nullable Taken before) {}

  /**
   * @param isDoubtful whether a value was given to an input that may be the control of the seed
   *     before it, as files of 2023 have them
   */
  private record Step(
      @Nullable Rest rest, int at, @Nullable Taken taken, ValueFit worst, boolean isDoubtful) {}

  /**
   * The reading to take.
   *
   * @return empty if there is none, or more than one says something different
   */
  Optional<Reading> read(List<Field> fields) {
    collect(fields);
    return isGivenUp ? Optional.empty() : best().filter(this::isCertain);
  }

  private Optional<Reading> best() {
    Optional<Reading> exact = only(readings.stream().filter(Reading::isExact).toList());
    if (exact.isPresent() || readings.stream().anyMatch(Reading::isExact)) {
      return exact;
    }
    List<Reading> safe = readings.stream().filter(it -> it.worst() != ValueFit.ODD).toList();
    Optional<Reading> shorter = only(safe.stream().filter(it -> it.rest().isEmpty()).toList());
    return shorter.isPresent() || safe.stream().anyMatch(it -> it.rest().isEmpty())
        ? shorter
        : only(safe.stream().filter(it -> it.missing().isEmpty()).toList());
  }

  /**
   * Whether no older file explains the values as well: one with a control before a switch, and
   * without the last inputs, which have defaults.
   */
  private boolean isCertain(Reading best) {
    return !doubtful.contains(best)
        || readings.stream()
            .filter(it -> !doubtful.contains(it) && it.worst() != ValueFit.ODD)
            .filter(it -> it.rest().isEmpty() && it.missing().stream().allMatch(Field::isLeftOut))
            .allMatch(it -> it.values().equals(best.values()));
  }

  /** The field at which the longest reading ended, and the value that does not fit it. */
  Optional<Map.Entry<Field, JsonNode>> mismatch() {
    return stuck == null || furthest >= values.size()
        ? Optional.empty()
        : Optional.of(Map.entry(stuck, values.get(furthest)));
  }

  // Of those that fit best, the only one; those that say the same count as one.
  private static Optional<Reading> only(List<Reading> candidates) {
    Optional<ValueFit> best = candidates.stream().map(Reading::worst).sorted().findFirst();
    List<Reading> fitting =
        candidates.stream().filter(it -> it.worst() == best.orElseThrow()).toList();
    return fitting.stream().map(Reading::values).distinct().count() == 1
        ? Optional.of(fitting.get(0))
        : Optional.empty();
  }

  private void collect(List<Field> fields) {
    Deque<Step> open = new ArrayDeque<>();
    open.push(new Step(Rest.of(fields, null), 0, null, ValueFit.GOOD, false));
    for (int steps = 0; !open.isEmpty(); steps++) {
      if (steps > MOST_STEPS || readings.size() > MOST_READINGS) {
        isGivenUp = true;
        return;
      }
      Step step = open.pop();
      if (step.rest() == null || step.at() == values.size()) {
        Reading reading = reading(step);
        readings.add(reading);
        if (step.isDoubtful()) {
          doubtful.add(reading);
        }
      } else {
        next(step, step.rest()).forEach(open::push);
      }
    }
  }

  private Stream<Step> next(Step step, Rest rest) {
    Field field = rest.first();
    JsonNode value = values.get(step.at());
    List<Step> next = new ArrayList<>(2);
    if (field.isOptional() && !field.isSurely(value)) {
      boolean isDoubtful = step.isDoubtful() || isOldControl(field, value);
      next.add(new Step(rest.next(), step.at(), step.taken(), step.worst(), isDoubtful));
    }
    ValueFit fit = field.fit(value);
    if (fit == ValueFit.NONE || isNoOption(field, value)) {
      if (!field.isOptional() && step.at() >= furthest) {
        furthest = step.at();
        stuck = field;
      }
      return next.stream();
    }
    Taken taken = field.isValue() ? new Taken(field, step.at(), step.taken()) : step.taken();
    ValueFit worst = step.worst().compareTo(fit) >= 0 ? step.worst() : fit;
    Rest behind = behind(field, value, rest.next());
    next.add(new Step(behind, step.at() + 1, taken, worst, step.isDoubtful()));
    return next.stream();
  }

  private static boolean isOldControl(Field field, JsonNode value) {
    return field.role() == Field.Role.CONTROL && (value.isBoolean() || value.isNull());
  }

  private static boolean isNoOption(Field field, JsonNode value) {
    return field.isValue()
        && field.input().type().equals(Declared.DYNAMIC_COMBO)
        && Fields.option(field.input(), value).isEmpty();
  }

  private @Nullable Rest behind(Field field, JsonNode value, @Nullable Rest next) {
    return field.isValue() && field.input().type().equals(Declared.DYNAMIC_COMBO)
        ? Rest.of(chosen.apply(field.input(), value), next)
        : next;
  }

  private Reading reading(Step step) {
    List<Taken> taken = new ArrayList<>();
    for (Taken it = step.taken(); it != null; it = it.before()) {
      taken.add(it);
    }
    Collections.reverse(taken);
    Map<String, JsonNode> byKey = new LinkedHashMap<>();
    Map<String, Integer> positions = new LinkedHashMap<>();
    for (Taken it : taken) {
      byKey.put(it.field().key(), values.get(it.at()));
      positions.put(it.field().key(), it.at());
    }
    List<Field> missing = new ArrayList<>();
    for (Rest rest = step.rest(); rest != null; rest = rest.next()) {
      if (rest.first().role() == Field.Role.VALUE && !rest.first().isLinked()) {
        missing.add(rest.first());
      }
    }
    return new Reading(
        byKey, positions, missing, values.subList(step.at(), values.size()), step.worst());
  }
}
