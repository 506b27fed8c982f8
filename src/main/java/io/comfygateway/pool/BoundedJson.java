package io.comfygateway.pool;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the wanted parts of a ComfyUI's answer. The answers repeat graphs and whatever nodes
 * return, so their size is unknown; what is skipped takes no memory.
 */
public final class BoundedJson {
  /** The most characters that one part may have. */
  public static final int MOST = 4_000_000;

  private static final int VALUE_COST = 8;
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              // Otherwise each new field name is kept until the end of the answer.
              .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
              .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
              .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MOST).build())
              .build());

  private BoundedJson() {}

  /** A parser of an answer, which keeps nothing of what is skipped. */
  public static JsonParser parser(InputStream answer) throws IOException {
    return JSON.createParser(answer);
  }

  /** A parser of a text, which keeps nothing of what is skipped. */
  public static JsonParser parser(String text) throws IOException {
    return JSON.createParser(text);
  }

  /**
   * The value at the parser's current token.
   *
   * @throws StreamConstraintsException where it is too large
   * @throws IOException where it cannot be read, or is not JSON
   */
  public static JsonNode tree(JsonParser parser) throws IOException {
    return JSON.readTree(new Counting(parser));
  }

  /** Reads the value of a field to its last token. */
  public interface FieldReader {
    void read(String name, JsonParser value) throws IOException;
  }

  /** Reads each field of the object at the parser's current token; skips any other value. */
  public static void eachField(JsonParser parser, FieldReader reader) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      reader.read(name, parser);
    }
  }

  private static final class Counting extends JsonParserDelegate {
    private long characters;

    Counting(JsonParser parser) {
      super(parser);
    }

    @Override
    public JsonToken nextToken() throws IOException {
      JsonToken token = super.nextToken();
      boolean isText = token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME;
      characters += VALUE_COST + (isText ? getTextLength() : 0);
      if (characters > MOST) {
        throw new StreamConstraintsException("more than " + MOST + " characters");
      }
      return token;
    }
  }
}
