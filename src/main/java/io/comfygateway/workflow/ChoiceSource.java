package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An input of a node class whose choices change with the files of the servers, such as {@code
 * CheckpointLoaderSimple.ckpt_name}.
 *
 * @param classType the node class
 * @param field its input
 */
record ChoiceSource(String classType, String field) {
  /** More choices, such as all LoRAs of a large server, are left to the servers to check. */
  static final int MOST_CHOICES = 1_000;

  /** Reads {@code Class.field}; empty for anything else. Classes may have dots in their names. */
  static Optional<ChoiceSource> of(String text) {
    int dot = text.lastIndexOf('.');
    return dot > 0 && dot < text.length() - 1
        ? Optional.of(new ChoiceSource(text.substring(0, dot), text.substring(dot + 1)))
        : Optional.empty();
  }

  /** The choices that the servers declare; empty where none is known, or they are too many. */
  List<JsonNode> choices(Optional<ObjectInfo> objectInfo) {
    return objectInfo
        .flatMap(info -> info.input(classType, field))
        .map(ChoiceSource::listed)
        .orElse(List.of());
  }

  /** The choices of a declaration, each once; empty if there are none, or too many. */
  static List<JsonNode> listed(InputDeclaration declared) {
    JsonNode choices = declared.choices();
    if (!choices.isArray() || choices.size() > MOST_CHOICES) {
      return List.of();
    }
    Set<JsonNode> found = new LinkedHashSet<>();
    for (JsonNode choice : choices) {
      if (choice.isValueNode() && !choice.isNull()) {
        found.add(choice);
      }
    }
    return List.copyOf(found);
  }

  @Override
  public String toString() {
    return classType + "." + field;
  }
}
