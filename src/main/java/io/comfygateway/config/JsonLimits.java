package io.comfygateway.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;

/** How much JSON is read into memory, where a tree may take thirty times the bytes of its text. */
public final class JsonLimits {
  /** Names, values, and the brackets around them, of what a caller sends. */
  public static final int MOST_TOKENS = 300_000;

  /** Of what the gateway has stored: a graph, the editor's file of it, and more beside them. */
  private static final int MOST_STORED_TOKENS = 1_000_000;

  private static final int DEEPEST = 200;

  // Names are a caller's, so a table of them would only grow.
  private static final JsonFactory OF_CALLERS =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(ofCallers())
          .build();

  private JsonLimits() {}

  /**
   * Reads what a caller sent.
   *
   * @return a missing node if it is empty
   * @throws com.fasterxml.jackson.core.exc.StreamConstraintsException if it has more tokens or
   *     levels than are read
   * @throws IOException if it is not JSON
   */
  public static JsonNode tree(ObjectMapper mapper, byte[] json) throws IOException {
    try (JsonParser parser = OF_CALLERS.createParser(json)) {
      JsonNode tree = mapper.readTree(parser);
      return tree == null ? MissingNode.getInstance() : tree;
    }
  }

  /** For what a file of a caller carries. */
  public static StreamReadConstraints ofCallers() {
    return StreamReadConstraints.builder()
        .maxTokenCount(MOST_TOKENS)
        .maxNestingDepth(DEEPEST)
        .build();
  }

  /** For what the gateway has stored. */
  public static StreamReadConstraints ofStored() {
    return StreamReadConstraints.builder().maxTokenCount(MOST_STORED_TOKENS).build();
  }
}
