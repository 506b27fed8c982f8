package io.comfygateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads a YAML file (1.2, core schema) with the line of every value. */
public final class YamlReader {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 16;
  // Java needs seconds for the value of a number of a million digits.
  private static final int LONGEST_NUMBER = 1_000;
  private static final int LONGEST_KEY = 1_000;
  private static final int LONGEST_QUOTE = 100;
  private static final int MAX_VALUES = 20_000;

  private final LoadSettings settings = LoadSettings.builder().setSchema(new CoreSchema()).build();
  private final String file;
  private final List<FileFault> faults;
  private int values;
  private boolean tooLarge;

  /**
   * Reads one file.
   *
   * @param faults where what is wrong is added
   */
  public YamlReader(String file, List<FileFault> faults) {
    this.file = file;
    this.faults = faults;
  }

  /**
   * The value of a file on the disk, of which at most 1 MiB is read; empty for an empty file, and
   * for one that is no YAML or larger, with a fault.
   *
   * @throws IOException if it cannot be read
   */
  public Optional<Yaml> read(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return read(in.readNBytes(MAX_BYTES + 1));
    }
  }

  /** The file's value; empty for an empty file, and for one that is no YAML, with a fault. */
  public Optional<Yaml> read(byte[] yaml) {
    if (yaml.length > MAX_BYTES) {
      fault(0, "", "The file is larger than 1 MiB", "remove what does not belong into it");
      return Optional.empty();
    }
    try {
      return YamlNodes.of(yaml, settings).map(node -> convert(node, "", 0));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      fault(line, "", "This is not YAML: " + e.getProblem(), "fix it");
    } catch (YamlEngineException e) {
      boolean isEncoding = e instanceof ReaderException || e.getCause() instanceof IOException;
      fault(
          0,
          "",
          "This is not YAML: " + e.getMessage(),
          isEncoding ? "save it as UTF-8 text" : "write it flat, without aliases");
    }
    return Optional.empty();
  }

  private Yaml convert(Node node, String path, int depth) {
    int line = node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
    // An alias is one node in many places, so a small file can unfold without end.
    values++;
    if (depth > MAX_DEPTH || values > MAX_VALUES) {
      if (!tooLarge) {
        tooLarge = true;
        fault(line, "", "This is too large or nests too deep", "write it flat, without aliases");
      }
      return leaf(path, line, JsonNodeFactory.instance.nullNode());
    }
    if (node instanceof MappingNode mapping) {
      return mapping(mapping, path, line, depth);
    }
    if (node instanceof SequenceNode sequence) {
      return sequence(sequence, path, line, depth);
    }
    return leaf(path, line, scalar((ScalarNode) node, path, line));
  }

  private Yaml mapping(MappingNode mapping, String path, int line, int depth) {
    Map<String, Yaml> children = new LinkedHashMap<>();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (NodeTuple tuple : mapping.getValue()) {
      int keyLine = tuple.getKeyNode().getStartMark().map(Mark::getLine).orElse(-1) + 1;
      if (!(tuple.getKeyNode() instanceof ScalarNode key)
          || key.getValue().length() > LONGEST_KEY) {
        fault(keyLine, path, "A key must be a word", "write it as one, of 1,000 letters at most");
        continue;
      }
      String name = storable(key.getValue(), path, keyLine);
      String childPath = path.isEmpty() ? name : path + "." + name;
      if (children.containsKey(key.getValue())) {
        fault(keyLine, childPath, "This key stands twice", "keep one of them");
        continue;
      }
      Yaml child = convert(tuple.getValueNode(), childPath, depth + 1);
      Yaml atKey = new Yaml(childPath, keyLine, child.json(), child.children(), child.items());
      children.put(key.getValue(), atKey);
      json.set(key.getValue(), child.json());
    }
    return new Yaml(path, line, json, Collections.unmodifiableMap(children), List.of());
  }

  private Yaml sequence(SequenceNode sequence, String path, int line, int depth) {
    List<Yaml> items = new ArrayList<>();
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Node item : sequence.getValue()) {
      Yaml converted = convert(item, path + "[" + items.size() + "]", depth + 1);
      items.add(converted);
      json.add(converted.json());
    }
    return new Yaml(path, line, json, Map.of(), List.copyOf(items));
  }

  private JsonNode scalar(ScalarNode node, String path, int line) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (node.getTag().equals(Tag.STR)) {
      return json.textNode(storable(node.getValue(), path, line));
    }
    try {
      if (node.getValue().length() > LONGEST_NUMBER) {
        throw new YamlEngineException("The value is too long for a number");
      }
      Object value = new StandardConstructor(settings).constructSingleDocument(Optional.of(node));
      if (value == null) {
        return json.nullNode();
      }
      if (value instanceof Boolean bool) {
        return json.booleanNode(bool);
      }
      if (value instanceof Integer || value instanceof Long) {
        return json.numberNode(((Number) value).longValue());
      }
      if (value instanceof BigInteger large) {
        return json.numberNode(large);
      }
      if (value instanceof Double number && Double.isFinite(number)) {
        return json.numberNode(number);
      }
      if (value instanceof String text) {
        return json.textNode(text);
      }
    } catch (YamlEngineException e) {
      // Reported below: a tag that the core schema does not know, or a number that is none.
    }
    String value = node.getValue();
    String shown = value.length() > LONGEST_QUOTE ? value.substring(0, LONGEST_QUOTE) + "…" : value;
    fault(line, path, "\"" + shown + "\" is no plain value", "put it in quotes");
    return json.nullNode();
  }

  private String storable(String text, String path, int line) {
    StorableText.fault(text).ifPresent(why -> fault(line, path, "It " + why, "remove it"));
    return text;
  }

  private static Yaml leaf(String path, int line, JsonNode json) {
    return new Yaml(path, line, json, Map.of(), List.of());
  }

  private void fault(int line, String field, String detail, String remedy) {
    faults.add(new FileFault(file, line, field, detail, remedy));
  }
}
