package io.comfygateway.route;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** What is written in a route file, and on which line. */
final class RouteText {
  private static final int MAX_DEPTH = 200;

  private final List<Part> parts = new ArrayList<>();

  /**
   * A value.
   *
   * @param line its line, counted from 1
   */
  record Value(String text, int line) {}

  /**
   * A mapping.
   *
   * @param name the key that it stands under, such as {@code bean} or {@code from}
   * @param owner the id of the route, template or configuration that it is in; empty for none
   * @param line its first line
   * @param values its plain values by key
   */
  record Part(String name, String owner, int line, Map<String, Value> values) {
    Optional<Value> value(String key) {
      return Optional.ofNullable(values.get(key));
    }
  }

  private RouteText() {}

  /**
   * Reads a file.
   *
   * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException where it is no YAML
   */
  static RouteText of(String text) {
    RouteText read = new RouteText();
    new Compose(LoadSettings.builder().build())
        .composeString(text)
        .ifPresent(root -> read.add(root, "", "", 0));
    return read;
  }

  /** Every mapping, in the order of the file. */
  List<Part> parts() {
    return parts;
  }

  /** The mappings that stand under a key. */
  List<Part> parts(String name) {
    return parts.stream().filter(part -> part.name().equals(name)).toList();
  }

  /** The line of the longest value of a route that a message speaks of, else that of its id. */
  Optional<Integer> line(Optional<String> route, String message) {
    String said = plain(message);
    Optional<Value> best = Optional.empty();
    for (Part part : parts) {
      if (route.isPresent() && !belongs(part, route.get())) {
        continue;
      }
      for (Map.Entry<String, Value> entry : part.values().entrySet()) {
        Value value = entry.getValue();
        boolean telling =
            !entry.getKey().equals("id")
                && !entry.getKey().equals("description")
                && value.text().length() > 2
                && said.contains(plain(value.text()));
        if (telling && value.text().length() > best.map(it -> it.text().length()).orElse(0)) {
          best = Optional.of(value);
        }
      }
    }
    return best.map(Value::line).or(() -> route.flatMap(this::lineOf));
  }

  // Camel writes an endpoint's URI with slashes.
  private static String plain(String text) {
    return text.replace("://", ":");
  }

  private Optional<Integer> lineOf(String route) {
    return parts.stream()
        .filter(part -> belongs(part, route))
        .findFirst()
        .map(part -> part.value("id").map(Value::line).orElse(part.line()));
  }

  // The route of a template is called by the template and what it was made for.
  private static boolean belongs(Part part, String route) {
    return !part.owner().isEmpty()
        && (part.owner().equals(route) || route.startsWith(part.owner() + "-"));
  }

  private void add(Node node, String name, String owner, int depth) {
    if (depth > MAX_DEPTH) {
      return;
    }
    if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(item -> add(item, name, owner, depth + 1));
    } else if (node instanceof MappingNode mapping) {
      Map<String, Value> values = new LinkedHashMap<>();
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key
            && tuple.getValueNode() instanceof ScalarNode value) {
          values.put(key.getValue(), new Value(value.getValue(), line(value)));
        } else if (tuple.getKeyNode() instanceof ScalarNode key
            && tuple.getValueNode() instanceof SequenceNode list) {
          list.getValue().stream()
              .filter(ScalarNode.class::isInstance)
              .map(ScalarNode.class::cast)
              .forEach(
                  item ->
                      values.put(
                          key.getValue() + "[" + list.getValue().indexOf(item) + "]",
                          new Value(item.getValue(), line(item))));
        }
      }
      String inside = owner.isEmpty() && values.containsKey("id") ? values.get("id").text() : owner;
      parts.add(new Part(name, inside, line(node), values));
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          add(tuple.getValueNode(), key.getValue(), inside, depth + 1);
        }
      }
    }
  }

  private static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }
}
