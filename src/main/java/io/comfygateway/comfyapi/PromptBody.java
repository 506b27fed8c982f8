package io.comfygateway.comfyapi;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.comfygateway.config.JsonLimits;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import org.apache.camel.Exchange;

/** The JSON body of a request, read as ComfyUI reads it: whatever its Content-Type. */
final class PromptBody {
  private PromptBody() {}

  /**
   * The body; a missing node if there is none.
   *
   * @throws Problem INVALID_JSON if it is not JSON
   */
  static JsonNode require(Exchange exchange, ObjectMapper json) {
    JsonNode body = read(exchange, json);
    byte[] bytes = exchange.getMessage().getBody(byte[].class);
    if (body.isMissingNode() && bytes != null && bytes.length > 0) {
      throw new Problem(ProblemType.INVALID_JSON, "The body is not JSON.");
    }
    return body;
  }

  /**
   * The body; a missing node if there is none or it is not JSON.
   *
   * @throws Problem INVALID_JSON if it is larger or deeper than the parser reads
   */
  static JsonNode read(Exchange exchange, ObjectMapper json) {
    byte[] bytes = exchange.getMessage().getBody(byte[].class);
    if (bytes == null || bytes.length == 0) {
      return MissingNode.getInstance();
    }
    try {
      return JsonLimits.tree(json, bytes);
    } catch (StreamConstraintsException tooLarge) {
      throw new Problem(
          ProblemType.INVALID_JSON,
          "The body goes beyond a limit of the gateway's JSON parser: "
              + tooLarge.getOriginalMessage().replaceFirst(" \\(from .*", "")
              + ". Upload large files with POST /upload/image.");
    } catch (IOException notJson) {
      return MissingNode.getInstance();
    }
  }
}
