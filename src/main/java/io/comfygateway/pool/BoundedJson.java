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
 * Reads those parts of a ComfyUI's answer that are wanted. The answers repeat graphs, and tell what
 * nodes like to tell, so nobody knows how large they are; what is passed over takes no memory.
 */
public final class BoundedJson {
  /** The most characters that one part may have. */
  public static final int MOST = 4_000_000;

  private static final int A_VALUE = 8;
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              // Each new name of a field would be kept until the end of the answer.
              .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
              .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
              .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MOST).build())
              .build());

  private BoundedJson() {}

  /** A parser that keeps nothing of what is passed over. */
  public static JsonParser parser(InputStream answer) throws IOException {
    return JSON.createParser(answer);
  }

  /** A parser of a text; keeps nothing of what is passed over. */
  public static JsonParser parser(String text) throws IOException {
    return JSON.createParser(text);
  }

  /**
   * The value that the parser has come to.
   *
   * @throws StreamConstraintsException where it is too large
   * @throws IOException where it cannot be read, or is no JSON
   */
  public static JsonNode tree(JsonParser parser) throws IOException {
    return JSON.readTree(new Counting(parser));
  }

  /** Reads the value of a field to its last token. */
  public interface FieldReader {
    void read(String name, JsonParser value) throws IOException;
  }

  /** Has each field read of the object that the parser has come to; passes over anything else. */
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
      characters += A_VALUE + (isText ? getTextLength() : 0);
      if (characters > MOST) {
        throw new StreamConstraintsException("more than " + MOST + " characters");
      }
      return token;
    }
  }
}
