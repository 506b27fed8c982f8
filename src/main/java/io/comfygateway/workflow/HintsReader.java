package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.workflow.InputValue.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what a sidecar says of how an input is shown. */
final class HintsReader {
  private static final int MOST_EXAMPLES = 20;
  static final int LONGEST_TEXT = 200;

  private final YamlFields fields;

  HintsReader(YamlFields fields) {
    this.fields = fields;
  }

  /** The hints; what is wrong is noted. */
  InputHints read(Yaml yaml, InputSpec spec) {
    boolean isHidden = fields.bool(yaml, "hidden").orElse(false);
    if (isHidden && spec.required()) {
      fields.fault(yaml.child("hidden").orElse(yaml), "A hidden input is required", "keep one");
    } else if (isHidden && yaml.child("default").isEmpty()) {
      fields.fault(
          yaml.child("hidden").orElse(yaml),
          "A hidden input without a default changes nothing",
          "add default:, or remove the input");
    }
    boolean isMultiline = fields.bool(yaml, "multiline").orElse(false);
    if (isMultiline && spec.type() != InputType.STRING) {
      fields.fault(
          yaml.child("multiline").orElse(yaml),
          "multiline has no meaning for " + spec.type().word(),
          "remove it");
    }
    return new InputHints(
        shortText(yaml, "label"),
        shortText(yaml, "group"),
        examples(yaml, spec),
        isMultiline,
        fields.bool(yaml, "advanced").orElse(false),
        isHidden);
  }

  private String shortText(Yaml yaml, String key) {
    String text = fields.text(yaml, key).orElse("");
    if (text.length() > LONGEST_TEXT) {
      fields.fault(
          yaml.child(key).orElse(yaml),
          "This has more than " + LONGEST_TEXT + " characters",
          "shorten it");
    }
    return text;
  }

  private List<JsonNode> examples(Yaml yaml, InputSpec spec) {
    Optional<Yaml> written = yaml.child("examples");
    if (written.isEmpty()) {
      return List.of();
    }
    Yaml list = written.get();
    if (list.items().isEmpty() || list.items().size() > MOST_EXAMPLES) {
      fields.fault(
          list, "examples must be a list of 1 to " + MOST_EXAMPLES, "write [first, second]");
      return List.of();
    }
    boolean isDivisible = spec.step().filter(step -> step.signum() <= 0).isEmpty();
    List<JsonNode> examples = new ArrayList<>();
    for (Yaml item : list.items()) {
      if (isDivisible
          && new InputValue(spec, false).check(item.json()) instanceof Refused refused) {
        fields.fault(item, "The example of " + refused.detail(), "change it");
      } else {
        examples.add(item.json());
      }
    }
    return examples;
  }
}
