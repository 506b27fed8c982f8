package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Compares a link with the type of its input and the outputs of its source node. */
final class LinkCheck {
  private final ObjectInfo info;

  LinkCheck(ObjectInfo info) {
    this.info = info;
  }

  /** What does not fit, as a sentence about the input goes on; empty if nothing is known. */
  Optional<String> mismatch(InputDeclaration declaration, GraphNode source, JsonNode slot) {
    Optional<JsonNode> outputs = info.describe(source.classType()).map(c -> c.path("output"));
    if (outputs.isEmpty()) {
      return Optional.empty();
    }
    if (!slot.isIntegralNumber() || slot.asInt() >= outputs.get().size()) {
      return Optional.of(
          "is linked to output %s of node %s, which has %d"
              .formatted(Excerpt.of(slot), source.label(), outputs.get().size()));
    }
    JsonNode given = outputs.get().path(slot.asInt());
    JsonNode wanted = declaration.declaration().get(0);
    return given.isTextual() && wanted.isTextual() && !fits(given.asText(), wanted.asText())
        ? Optional.of(
            "takes %s and is linked to %s of node %s"
                .formatted(wanted.asText(), given.asText(), source.label()))
        : Optional.empty();
  }

  private static boolean fits(String given, String wanted) {
    Set<String> both = new HashSet<>(types(given));
    both.retainAll(types(wanted));
    return !both.isEmpty()
        || types(given).contains("*")
        || types(wanted).contains("*")
        || ObjectInfo.isDynamic(given)
        || ObjectInfo.isDynamic(wanted);
  }

  private static Set<String> types(String union) {
    Set<String> types = new HashSet<>();
    for (String type : union.split(",", -1)) {
      types.add(type.strip());
    }
    return types;
  }
}
