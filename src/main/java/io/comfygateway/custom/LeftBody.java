package io.comfygateway.custom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** The JSON that a route of the operator leaves in the body. */
final class LeftBody {
  private final ObjectMapper json;

  LeftBody(ObjectMapper json) {
    this.json = json;
  }

  /**
   * The body as JSON; null if there is none.
   *
   * @throws CustomStepException if it is no JSON
   */
  @Nullable JsonNode read(String route, Exchange passed) throws IOException, CustomStepException {
    Object body = passed.getMessage().getBody();
    if (body instanceof JsonNode node) {
      return node.deepCopy();
    }
    if (body instanceof Map<?, ?> map) {
      return json.valueToTree(map);
    }
    byte[] bytes = passed.getMessage().getBody(byte[].class);
    try {
      return bytes == null ? null : json.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw unfit(route, "left a body that is not valid JSON");
    }
  }

  /** What a route left is of no use. */
  static CustomStepException unfit(String route, String what) {
    return new CustomStepException(
        "The step %s of this gateway %s.".formatted(route, what), false, null);
  }
}
