package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the choices of an input: {@code choices: [a, b]}, the same as {@code enum: [a, b]}, or
 * {@code enum: {from: Class.field}} for those that a node class has on the servers.
 */
final class ChoiceReader {
  private static final List<String> OF_ENUM = List.of("from");

  private final YamlFields fields;

  ChoiceReader(YamlFields fields) {
    this.fields = fields;
  }

  /** The choices that are listed; what is wrong is noted. */
  List<JsonNode> read(Yaml yaml, InputType type) {
    Optional<Yaml> written = yaml.child("choices").or(() -> yaml.child("enum"));
    if (written.isEmpty()) {
      if (type == InputType.CHOICE) {
        fields.fault(yaml, "A choice needs choices", "add choices: [first, second]");
      }
      return List.of();
    }
    if (type.isMedia() || type == InputType.BOOLEAN || type == InputType.SEED) {
      fields.fault(written.get(), "choices have no meaning for " + type.word(), "remove them");
    }
    if (yaml.child("choices").isPresent() && yaml.child("enum").isPresent()) {
      fields.fault(written.get(), "choices stands beside enum", "keep one of them");
    }
    return written.get().equals(yaml.child("enum").orElse(null)) && written.get().json().isObject()
        ? List.of()
        : listed(written.get(), type);
  }

  private List<JsonNode> listed(Yaml written, InputType type) {
    List<JsonNode> values = new ArrayList<>();
    for (Yaml item : written.items()) {
      if (!item.json().isTextual() && !item.json().isNumber() && !item.json().isBoolean()) {
        fields.fault(item, "A choice must be a plain value", "write a string or a number");
      } else if (values.contains(item.json())) {
        fields.fault(item, "The choice " + item.json() + " stands twice", "keep one");
      } else if (type.isNumeric() && !item.json().isNumber()) {
        fields.fault(
            item, "A choice of a number must be a number", "write numbers, or add type: choice");
      } else {
        values.add(item.json());
      }
    }
    if (written.items().isEmpty()) {
      fields.fault(written, "choices must be a list", "write [first, second]");
    }
    return values;
  }

  /** The input of a node class whose choices count; what is wrong is noted. */
  Optional<ChoiceSource> source(Yaml yaml) {
    Optional<Yaml> written = yaml.child("enum").filter(it -> it.json().isObject());
    if (written.isEmpty() || !fields.mapping(written.get(), OF_ENUM)) {
      return Optional.empty();
    }
    Optional<ChoiceSource> source = fields.text(written.get(), "from").flatMap(ChoiceSource::of);
    if (source.isEmpty()) {
      fields.fault(
          written.get().child("from").orElse(written.get()),
          "This names no input of a node class",
          "write {from: CheckpointLoaderSimple.ckpt_name}");
    }
    return source;
  }
}
