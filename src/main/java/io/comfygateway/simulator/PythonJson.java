package io.comfygateway.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * JSON as Python writes it, a space after each comma and colon and nothing outside ASCII, so that
 * even the lengths of the answers agree with the recorded ones.
 */
final class PythonJson {
  private final ObjectMapper mapper =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();
  private final ObjectWriter writer = mapper.writer(new Spaced());

  ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Parses a request's body; nothing at all is a missing node, not an error. */
  JsonNode parse(byte[] body) throws IOException {
    return mapper.readTree(body);
  }

  /** A record as JSON, its names in snake case. */
  JsonNode tree(Object value) {
    return mapper.valueToTree(value);
  }

  String write(JsonNode value) {
    try {
      return writer.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree could not be written", e);
    }
  }

  /** Reads a file that is shipped in this package's resource folder. */
  ObjectNode resource(String name) {
    try (InputStream stream = PythonJson.class.getResourceAsStream("/simulator/" + name)) {
      return (ObjectNode) mapper.readTree(stream);
    } catch (IOException e) {
      throw new UncheckedIOException("simulator/" + name + " is missing in this build", e);
    }
  }

  private static final class Spaced extends MinimalPrettyPrinter {
    private static final long serialVersionUID = 1L;

    @Override
    public void writeObjectFieldValueSeparator(JsonGenerator generator) throws IOException {
      generator.writeRaw(": ");
    }

    @Override
    public void writeObjectEntrySeparator(JsonGenerator generator) throws IOException {
      generator.writeRaw(", ");
    }

    @Override
    public void writeArrayValueSeparator(JsonGenerator generator) throws IOException {
      generator.writeRaw(", ");
    }
  }
}
