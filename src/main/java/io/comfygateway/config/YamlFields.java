package io.comfygateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Takes single fields out of a YAML file and notes every one that is not what it should be. */
public final class YamlFields {
  private final String file;
  private final List<FileFault> faults;

  /**
   * Takes fields of one file.
   *
   * @param faults where what is wrong is added
   */
  public YamlFields(String file, List<FileFault> faults) {
    this.file = file;
    this.faults = faults;
  }

  /** Notes what is wrong with a value, and what to do. */
  public void fault(Yaml at, String detail, String remedy) {
    faults.add(new FileFault(file, at.line(), at.path(), detail, remedy));
  }

  /** Whether the value is a mapping; notes it where it is not, and every key that is not known. */
  public boolean mapping(Yaml value, Collection<String> known) {
    if (!value.json().isObject()) {
      fault(value, "This must be a mapping", "write it as key: value lines");
      return false;
    }
    value
        .children()
        .forEach(
            (key, child) -> {
              if (!known.contains(key)) {
                fault(
                    child,
                    "There is no field \"" + key + "\"" + Suggestion.didYouMean(key, known),
                    "use one of " + String.join(", ", known));
              }
            });
    return true;
  }

  /** Text. */
  public Optional<String> text(Yaml parent, String key) {
    return take(parent, key, JsonNode::isTextual, "a string").map(JsonNode::asText);
  }

  /** Text, also where YAML reads a number, as it does for a node's id. */
  public Optional<String> word(Yaml parent, String key) {
    return take(parent, key, v -> v.isTextual() || v.isIntegralNumber(), "a string")
        .map(JsonNode::asText);
  }

  /** {@code true} or {@code false}. */
  public Optional<Boolean> bool(Yaml parent, String key) {
    return take(parent, key, JsonNode::isBoolean, "true or false").map(JsonNode::asBoolean);
  }

  /** A number. */
  public Optional<BigDecimal> number(Yaml parent, String key) {
    return take(parent, key, JsonNode::isNumber, "a number").map(JsonNode::decimalValue);
  }

  /** A whole number from 1 up. */
  public Optional<Integer> count(Yaml parent, String key) {
    return take(
            parent,
            key,
            v -> v.isIntegralNumber() && v.canConvertToInt() && v.asInt() >= 1,
            "a whole number from 1 up")
        .map(JsonNode::asInt);
  }

  private Optional<JsonNode> take(
      Yaml parent, String key, Predicate<JsonNode> fits, String expected) {
    Optional<Yaml> value = parent.child(key);
    value
        .filter(v -> !fits.test(v.json()))
        .ifPresent(v -> fault(v, "This must be " + expected + ", not " + v.json(), "change it"));
    return value.map(Yaml::json).filter(fits);
  }
}
