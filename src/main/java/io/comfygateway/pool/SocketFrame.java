package io.comfygateway.pool;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Set;

/**
 * Reads text frames of ComfyUI's WebSocket: {@code {"type": …, "data": {"prompt_id": …, "node": …,
 * …}}}. A frame repeats what a node returned, so its size is unknown: only the fields that the
 * gateway uses are kept.
 */
public final class SocketFrame {
  private static final Set<String> DATA = Set.of("prompt_id", "node", "nodes", "value", "max");

  private SocketFrame() {}

  /**
   * The {@code type} and the wanted fields of {@code data} of a frame.
   *
   * @throws JsonProcessingException where it is not JSON, or one of these is too large
   */
  public static ObjectNode read(String text) throws IOException {
    ObjectNode frame = JsonNodeFactory.instance.objectNode();
    ObjectNode data = frame.putObject("data");
    try (JsonParser parser = BoundedJson.parser(text)) {
      parser.nextToken();
      BoundedJson.eachField(
          parser,
          (name, value) -> {
            if (name.equals("type")) {
              frame.set(name, BoundedJson.tree(value));
            } else if (name.equals("data")) {
              BoundedJson.eachField(
                  value,
                  (field, part) -> {
                    if (DATA.contains(field)) {
                      data.set(field, BoundedJson.tree(part));
                    } else {
                      part.skipChildren();
                    }
                  });
            } else {
              value.skipChildren();
            }
          });
    }
    return frame;
  }
}
