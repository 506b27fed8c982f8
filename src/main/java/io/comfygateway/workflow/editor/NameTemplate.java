package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * File names in which the editor fills in values of other nodes when it queues the graph: {@code
 * %KSampler.seed%}. Its {@code %date:…%} is left as it is, since a workflow is converted once and
 * runs on many days.
 */
final class NameTemplate {
  private static final String FIELD = "filename_prefix";
  private static final Pattern PLACE = Pattern.compile("%([^%]{1,200})%");
  private static final Pattern NO_FILE_NAME = Pattern.compile("[/?<>\\\\:*|\"\\x00-\\x1F\\x7F]");

  private NameTemplate() {}

  /** Fills in the names of all nodes of a graph. */
  static void fillIn(ObjectNode graph, JsonNode nodes, List<String> remarks) {
    Map<String, String> byName = byName(nodes);
    for (var entry : graph.properties()) {
      JsonNode name = entry.getValue().path("inputs").path(FIELD);
      if (name.isTextual() && name.asText().contains("%")) {
        String filled =
            PLACE
                .matcher(name.asText())
                .replaceAll(
                    found ->
                        Matcher.quoteReplacement(
                            value(graph, byName, found.group(1)).orElse(found.group())));
        ((ObjectNode) entry.getValue().path("inputs")).put(FIELD, filled);
        if (filled.contains("%date:")) {
          remarks.add(
              "Node "
                  + entry.getKey()
                  + " saves under a name with %date:…%, which only the editor fills in");
        }
      }
    }
  }

  private static Optional<String> value(
      ObjectNode graph, Map<String, String> byName, String place) {
    String[] parts = place.split("\\.", -1);
    if (parts.length != 2) {
      return Optional.empty();
    }
    return Optional.ofNullable(byName.get(parts[0]))
        .map(id -> graph.path(id).path("inputs").path(parts[1]))
        .filter(value -> value.isValueNode() && !value.isNull())
        .map(value -> NO_FILE_NAME.matcher(text(value)).replaceAll("_"));
  }

  /** A value as JavaScript writes it: 8.0 is 8. */
  private static String text(JsonNode value) {
    double number = value.doubleValue();
    double size = Math.abs(number);
    return value.isFloatingPointNumber() && (size == 0 || (size >= 1e-6 && size < 1e21))
        ? BigDecimal.valueOf(number).stripTrailingZeros().toPlainString()
        : value.asText();
  }

  // A node's class comes before another's title.
  private static Map<String, String> byName(JsonNode nodes) {
    Map<String, String> byClass = new HashMap<>();
    Map<String, String> byTitle = new HashMap<>();
    for (JsonNode node : nodes) {
      String id = node.path("id").asText();
      byClass.putIfAbsent(node.path("properties").path("Node name for S&R").asText(), id);
      byTitle.putIfAbsent(node.path("title").asText(), id);
    }
    byTitle.forEach(byClass::putIfAbsent);
    return byClass;
  }
}
