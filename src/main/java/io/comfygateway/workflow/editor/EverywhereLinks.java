package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The links of Use Everywhere. Newer versions list in {@code extra.ue_links} what they link, and
 * save these links as real ones where they were asked to.
 */
final class EverywhereLinks {
  private EverywhereLinks() {}

  /** Whether the file lists them, and each ends at an input that has a link of its own. */
  static boolean areReal(JsonNode file, EditorGraph root) {
    JsonNode listed = file.path("extra").path("ue_links");
    for (JsonNode link : listed) {
      Optional<EditorNode> target = root.node(link.path("downstream").asText());
      int slot = link.path("downstream_slot").asInt(-1);
      boolean isReal =
          target
              .filter(node -> slot >= 0 && slot < node.inputs().size())
              .flatMap(node -> node.inputs().get(slot).link())
              .isPresent();
      if (!isReal) {
        return false;
      }
    }
    return !listed.isEmpty();
  }
}
