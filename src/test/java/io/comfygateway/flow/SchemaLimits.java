package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The limits that a schema of an OpenAPI document sets: for each, values at the limit and values
 * just beyond it.
 */
final class SchemaLimits {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int LONG = 1_000;

  private final JsonNode document;
  private int texts;

  /**
   * A limit.
   *
   * @param pointer the field in the request's body, empty for the value itself
   * @param keyword the limit's name in the schema, such as {@code maximum}
   */
  record Limit(String pointer, String keyword, List<JsonNode> within, List<JsonNode> beyond) {}

  SchemaLimits(JsonNode document) {
    this.document = document;
  }

  /** All limits of a schema, of its fields and of what they consist of. */
  List<Limit> of(JsonNode schema) {
    List<Limit> limits = new ArrayList<>();
    walk("", schema, limits);
    return limits;
  }

  /** What a reference leads to; anything else as it is. */
  JsonNode resolved(JsonNode schema) {
    String reference = schema.path("$ref").asText();
    return reference.isEmpty() ? schema : resolved(document.at(reference.substring(1)));
  }

  private void walk(String pointer, JsonNode referred, List<Limit> limits) {
    JsonNode schema = resolved(referred);
    for (JsonNode part : schema.path("allOf")) {
      walk(pointer, part, limits);
    }
    for (JsonNode part : schema.path("oneOf")) {
      walk(pointer, part, limits);
    }
    schema
        .path("properties")
        .properties()
        .forEach(field -> walk(pointer + "/" + field.getKey(), field.getValue(), limits));
    if (schema.has("items")) {
      walk(pointer + "/0", schema.get("items"), limits);
    }
    schema.fieldNames().forEachRemaining(keyword -> add(pointer, schema, keyword, limits));
  }

  private void add(String pointer, JsonNode schema, String keyword, List<Limit> limits) {
    JsonNode limit = schema.get(keyword);
    switch (keyword) {
      case "minimum" -> limits.add(numbers(pointer, keyword, limit.asLong(), limit.asLong() - 1));
      case "maximum" -> limits.add(numbers(pointer, keyword, limit.asLong(), limit.asLong() + 1));
      case "minLength" ->
          limits.add(
              new Limit(
                  pointer,
                  keyword,
                  List.of(text(limit.asInt())),
                  List.of(text(limit.asInt() - 1))));
      case "maxLength" ->
          limits.add(
              new Limit(
                  pointer,
                  keyword,
                  List.of(text(limit.asInt())),
                  List.of(text(limit.asInt() + 1))));
      case "pattern" -> limits.add(pattern(pointer, schema));
      case "enum" -> limits.add(words(pointer, schema));
      case "minItems" ->
          limits.add(
              new Limit(
                  pointer,
                  keyword,
                  List.of(items(schema, limit.asInt())),
                  List.of(items(schema, limit.asInt() - 1))));
      case "maxItems" ->
          limits.add(
              new Limit(
                  pointer,
                  keyword,
                  List.of(items(schema, limit.asInt())),
                  List.of(items(schema, limit.asInt() + 1))));
      case "minProperties" ->
          // What it needs of each field is said elsewhere, so only the lack of one is made up.
          limits.add(new Limit(pointer, keyword, List.of(), List.of(fields(limit.asInt() - 1))));
      case "maxProperties" ->
          limits.add(
              new Limit(
                  pointer,
                  keyword,
                  List.of(fields(limit.asInt())),
                  List.of(fields(limit.asInt() + 1))));
      default -> {
        // It sets no limit.
      }
    }
  }

  private static Limit numbers(String pointer, String keyword, long within, long beyond) {
    return new Limit(
        pointer, keyword, List.of(JSON.numberNode(within)), List.of(JSON.numberNode(beyond)));
  }

  // Another letter each time: some texts, such as idempotency keys, must not come twice.
  private JsonNode text(int length) {
    char letter = (char) ('a' + texts++ % 26);
    return JSON.textNode(Character.toString(letter).repeat(length));
  }

  private static Limit pattern(String pointer, JsonNode schema) {
    Pattern pattern = Pattern.compile(schema.path("pattern").asText());
    String example = schema.path("example").asText();
    if (!pattern.matcher(example).find()) {
      throw new IllegalArgumentException(pointer + " needs an example that fits its pattern");
    }
    List<JsonNode> beyond =
        Stream.of("", " " + example, example + "\n", example + "/..", example.repeat(LONG))
            .filter(text -> !pattern.matcher(text).matches())
            .<JsonNode>map(JSON::textNode)
            .toList();
    return new Limit(pointer, "pattern", List.of(JSON.textNode(example)), beyond);
  }

  private static Limit words(String pointer, JsonNode schema) {
    List<JsonNode> within = new ArrayList<>();
    schema.path("enum").forEach(within::add);
    List<JsonNode> beyond = new ArrayList<>(List.of(JSON.textNode("none-of-these")));
    within.stream()
        .map(word -> word.asText().toUpperCase(Locale.ROOT))
        .filter(word -> within.stream().noneMatch(known -> known.asText().equals(word)))
        .map(JSON::textNode)
        .forEach(beyond::add);
    return new Limit(pointer, "enum", within, beyond);
  }

  private ArrayNode items(JsonNode schema, int count) {
    JsonNode item = resolved(schema.path("items"));
    ArrayNode items = JSON.arrayNode();
    for (int i = 0; i < count; i++) {
      if (item.has("enum") && schema.has("example")) {
        // Not all of the words go together.
        items.add(schema.path("example").path(i % schema.path("example").size()));
      } else if (item.has("enum")) {
        items.add(item.path("enum").path(i % item.path("enum").size()));
      } else if ("uuid".equals(item.path("format").asText())) {
        items.add(UUID.randomUUID().toString());
      } else if (item.has("example")) {
        items.add(item.path("example"));
      } else if (item.at("/oneOf/0").has("maxLength")) {
        // Names, of which none may come twice.
        items.add(text(item.at("/oneOf/0/maxLength").asInt()));
      } else if (schema.has("example")) {
        items.add(schema.path("example").path(0));
      } else if ("object".equals(item.path("type").asText())) {
        items.addObject();
      } else {
        throw new IllegalArgumentException("items need an example: " + schema);
      }
    }
    return items;
  }

  private static ObjectNode fields(int count) {
    ObjectNode fields = JSON.objectNode();
    for (int i = 0; i < count; i++) {
      fields.put("X-Field-" + i, "value");
    }
    return fields;
  }
}
