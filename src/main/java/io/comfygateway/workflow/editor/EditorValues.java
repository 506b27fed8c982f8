package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Writes the values of a job into the file of the editor that its workflow was converted from, so
 * that the editor shows what ran. Nodes inside of subgraphs and group nodes keep the file's values,
 * as do nodes whose values cannot be told apart by their positions.
 */
public final class EditorValues {
  private static final String VALUES = "widgets_values";
  private static final String NAMED = "widgets_values_named";

  private final ClassCatalog classes;

  /**
   * @param objectInfo a server's answer to {@code GET /object_info}
   */
  public EditorValues(JsonNode objectInfo) {
    this.classes = new ClassCatalog(objectInfo);
  }

  /**
   * The file with the values that differ between two graphs of the same nodes.
   *
   * @param before what the file was converted to, in the API format
   * @param after what runs
   * @return the file itself where nothing differs, or it cannot be read
   */
  public JsonNode with(JsonNode file, JsonNode before, JsonNode after) {
    Map<String, Map<String, JsonNode>> changed = changed(before, after);
    if (changed.isEmpty() || !(file instanceof ObjectNode object)) {
      return file;
    }
    try {
      GraphInstance root = new GraphInstance(new EditorReader().read(file).root());
      Map<String, JsonNode> primitives = primitives(root, after);
      ObjectNode copy = object.objectNode();
      copy.setAll(object);
      ArrayNode nodes = copy.putArray("nodes");
      for (JsonNode node : file.path("nodes")) {
        nodes.add(shown(node, root, changed, primitives));
      }
      return copy;
    } catch (ConversionException unreadable) {
      return file;
    }
  }

  private JsonNode shown(
      JsonNode node,
      GraphInstance root,
      Map<String, Map<String, JsonNode>> changed,
      Map<String, JsonNode> primitives) {
    String id = node.path("id").asText();
    JsonNode primitive = primitives.get(id);
    if (primitive != null) {
      return primitive(node, primitive);
    }
    Map<String, JsonNode> values = changed.getOrDefault(id, Map.of());
    return values.isEmpty()
        ? node
        : root.place(id).map(place -> with(node, place.node(), values)).orElse(node);
  }

  private static Map<String, Map<String, JsonNode>> changed(JsonNode before, JsonNode after) {
    Map<String, Map<String, JsonNode>> changed = new HashMap<>();
    for (Map.Entry<String, JsonNode> node : after.properties()) {
      JsonNode former = before.path(node.getKey()).path("inputs");
      for (Map.Entry<String, JsonNode> input : node.getValue().path("inputs").properties()) {
        JsonNode value = input.getValue();
        if (!isLink(value)
            && former.has(input.getKey())
            && !value.equals(former.path(input.getKey()))) {
          changed
              .computeIfAbsent(node.getKey(), id -> new HashMap<>())
              .put(input.getKey(), unwrapped(value));
        }
      }
    }
    return changed;
  }

  private static boolean isLink(JsonNode value) {
    return value.isArray()
        && value.size() == 2
        && value.get(0).isTextual()
        && value.get(1).isIntegralNumber();
  }

  // The editor sends a list so that it is not taken for a link.
  private static JsonNode unwrapped(JsonNode value) {
    return value.isObject() && value.size() == 1 && value.has("__value__")
        ? value.get("__value__")
        : value;
  }

  /** The values of the primitives that give all their inputs the same one. */
  private Map<String, JsonNode> primitives(GraphInstance root, JsonNode after)
      throws ConversionException {
    LinkResolver links = new LinkResolver(classes, new HostValues(classes));
    Map<String, Set<JsonNode>> given = new HashMap<>();
    for (Place place : root.places()) {
      for (Socket socket : place.node().inputs()) {
        JsonNode value = after.path(place.id()).path("inputs").path(socket.name());
        if (socket.link().isPresent()
            && !value.isMissingNode()
            && links.resolve(place, socket) instanceof Source.Value source) {
          given.computeIfAbsent(source.from().id(), id -> new HashSet<>()).add(unwrapped(value));
        }
      }
    }
    Map<String, JsonNode> primitives = new HashMap<>();
    given.forEach(
        (id, values) -> {
          if (values.size() == 1) {
            primitives.put(id, values.iterator().next());
          }
        });
    return primitives;
  }

  private static JsonNode primitive(JsonNode node, JsonNode value) {
    ObjectNode copy = shallow(node);
    if (node.path(VALUES) instanceof ArrayNode list && !list.isEmpty()) {
      ArrayNode values = list.deepCopy();
      values.set(0, value);
      copy.set(VALUES, values);
    }
    return copy;
  }

  private JsonNode with(JsonNode json, EditorNode node, Map<String, JsonNode> changed) {
    ObjectNode copy = shallow(json);
    if (json.path(NAMED) instanceof ObjectNode named) {
      copy.set(NAMED, replaced(named, changed));
    }
    Map<String, Integer> positions =
        classes
            .find(node.type())
            .map(nodeClass -> new NodeValues(classes).positions(node, nodeClass))
            .orElse(Map.of());
    if (json.path(VALUES) instanceof ArrayNode list) {
      ArrayNode values = list.deepCopy();
      positions.forEach(
          (field, at) -> {
            if (changed.containsKey(field)) {
              values.set(at, changed.get(field));
            }
          });
      copy.set(VALUES, values);
    } else if (json.path(VALUES) instanceof ObjectNode named) {
      copy.set(VALUES, replaced(named, changed));
    }
    return copy;
  }

  private static ObjectNode replaced(ObjectNode named, Map<String, JsonNode> changed) {
    ObjectNode values = named.deepCopy();
    changed.forEach(
        (field, value) -> {
          if (values.has(field)) {
            values.set(field, value);
          }
        });
    return values;
  }

  private static ObjectNode shallow(JsonNode node) {
    ObjectNode copy = ((ObjectNode) node).objectNode();
    copy.setAll((ObjectNode) node);
    return copy;
  }
}
