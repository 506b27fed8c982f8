package io.comfygateway.route;

import io.comfygateway.config.YamlNodes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** What is written in a route file, and on which line. */
final class RouteText {
  private static final int MAX_DEPTH = 200;
  private static final int MAX_NODES = 200_000;
  private static final Set<String> PROSE = Set.of("id", "description");

  private final List<Part> parts = new ArrayList<>();
  private final List<Value> keys = new ArrayList<>();
  private final Optional<Node> root;
  private boolean isList;
  private int nodes;

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
   * @param options those of the mapping {@code parameters} in it
   */
  record Part(
      String name, String owner, int line, Map<String, Value> values, Map<String, Value> options) {
    Optional<Value> value(String key) {
      return Optional.ofNullable(values.get(key));
    }
  }

  private RouteText(Optional<Node> root) {
    this.root = root;
  }

  /**
   * Reads a file.
   *
   * @throws YamlEngineException if it is no YAML, or too large
   */
  static RouteText of(String text) {
    RouteText read = new RouteText(YamlNodes.of(text, LoadSettings.builder().build()));
    read.root.ifPresent(
        root -> {
          read.addKeys(root);
          read.add(root, "", "", 0);
        });
    return read;
  }

  private void addKeys(Node root) {
    isList = root instanceof SequenceNode;
    List<Node> items = root instanceof SequenceNode sequence ? sequence.getValue() : List.of(root);
    for (Node item : items) {
      if (item instanceof MappingNode mapping) {
        for (NodeTuple tuple : mapping.getValue()) {
          if (tuple.getKeyNode() instanceof ScalarNode key) {
            keys.add(new Value(key.getValue(), line(key)));
          }
        }
      } else {
        keys.add(new Value(item instanceof ScalarNode text ? text.getValue() : "", line(item)));
      }
    }
  }

  /** What Camel builds routes from; empty for a file that says nothing. */
  Optional<Node> root() {
    return root;
  }

  /** Whether the file is a list, as it must be. */
  boolean isList() {
    return isList;
  }

  /** What the items of the file are, such as {@code route}. */
  List<Value> keys() {
    return keys;
  }

  /** Every mapping, in the order of the file. */
  List<Part> parts() {
    return parts;
  }

  /** The mappings that stand under a key. */
  List<Part> parts(String name) {
    return parts.stream().filter(part -> part.name().equals(name)).toList();
  }

  /**
   * Where a route's fault is.
   *
   * @param messages what is said of it, the most telling first
   * @return the line of the longest value that the first possible message speaks of, else that of
   *     the route's id
   */
  Optional<Integer> line(Optional<String> route, List<String> messages) {
    return messages.stream()
        .flatMap(message -> spokenOf(route, plain(message)).stream())
        .findFirst()
        .or(() -> route.flatMap(this::lineOf));
  }

  private Optional<Integer> spokenOf(Optional<String> route, String message) {
    return parts.stream()
        .filter(part -> route.isEmpty() || belongs(part, route.get()))
        .flatMap(part -> part.values().entrySet().stream())
        .filter(entry -> !PROSE.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .filter(value -> value.text().length() > 2 && message.contains(plain(value.text())))
        .max(Comparator.comparingInt(value -> value.text().length()))
        .map(Value::line);
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
    // An alias is one node in many places, so a small file can unfold without end.
    nodes++;
    if (depth > MAX_DEPTH || nodes > MAX_NODES) {
      throw new YamlEngineException("it is too large or nests too deep; write it without aliases");
    }
    if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(item -> add(item, name, owner, depth + 1));
    } else if (node instanceof MappingNode mapping) {
      Map<String, Value> values = new LinkedHashMap<>();
      Map<String, Value> options = new LinkedHashMap<>();
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key
            && key.getValue().equals("parameters")
            && tuple.getValueNode() instanceof MappingNode given) {
          given.getValue().forEach(option -> plain(option, options));
        }
        plain(tuple, values);
        if (tuple.getKeyNode() instanceof ScalarNode key
            && tuple.getValueNode() instanceof SequenceNode list) {
          for (int index = 0; index < list.getValue().size(); index++) {
            if (list.getValue().get(index) instanceof ScalarNode item) {
              values.put(
                  key.getValue() + "[" + index + "]", new Value(item.getValue(), line(item)));
            }
          }
        }
      }
      String inside = owner.isEmpty() && values.containsKey("id") ? values.get("id").text() : owner;
      parts.add(new Part(name, inside, line(node), values, options));
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          add(tuple.getValueNode(), key.getValue(), inside, depth + 1);
        }
      }
    }
  }

  private static void plain(NodeTuple tuple, Map<String, Value> values) {
    if (tuple.getKeyNode() instanceof ScalarNode key
        && tuple.getValueNode() instanceof ScalarNode value) {
      values.put(key.getValue(), new Value(value.getValue(), line(value)));
    }
  }

  private static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }
}
