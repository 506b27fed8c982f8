package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Inputs that a pack has turned into others at the same position, with the same meaning. */
final class FormerValues {
  /** By class: the position, and what its former values are called now. */
  private static final Map<String, Former> FORMER =
      Map.of(
          "ImageResize+",
          new Former(
              3,
              Map.of(
                  BooleanNode.FALSE,
                  TextNode.valueOf("stretch"),
                  BooleanNode.TRUE,
                  TextNode.valueOf("keep proportion"))));

  private FormerValues() {}

  private record Former(int at, Map<JsonNode, JsonNode> now) {}

  /** The values of a node of the class, under their present names. */
  static List<JsonNode> renewed(String classType, List<JsonNode> values) {
    Former former = FORMER.get(classType);
    if (former == null || values.size() <= former.at()) {
      return values;
    }
    List<JsonNode> renewed = new ArrayList<>(values);
    renewed.set(
        former.at(), former.now().getOrDefault(values.get(former.at()), values.get(former.at())));
    return renewed;
  }
}
