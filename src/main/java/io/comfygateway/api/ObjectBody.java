package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.JsonLimits;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * The JSON object in the body of a request that is no submission. Nothing of a body that cannot be
 * read is repeated, as it may contain a secret.
 */
final class ObjectBody {
  private ObjectBody() {}

  /**
   * Reads it; empty where there is no body.
   *
   * @throws Problem where the body is anything else
   */
  static Optional<ObjectNode> read(Exchange exchange, ObjectMapper json) {
    String text = exchange.getMessage().getBody(String.class);
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    try {
      JsonNode body = JsonLimits.tree(json, text.getBytes(StandardCharsets.UTF_8));
      if (body instanceof ObjectNode object) {
        return Optional.of(object);
      }
    } catch (IOException e) {
      throw missing();
    }
    throw missing();
  }

  /**
   * Reads one that may have a single field; empty where there is no body.
   *
   * @throws Problem where the body is anything else, or has another field
   */
  static Optional<ObjectNode> readOnly(Exchange exchange, ObjectMapper json, String field) {
    Optional<ObjectNode> body = read(exchange, json);
    body.ifPresent(
        object ->
            object
                .fieldNames()
                .forEachRemaining(
                    name -> {
                      if (!field.equals(name)) {
                        throw Problem.ofField(
                            ProblemType.INVALID_INPUT,
                            "/" + name,
                            "The only known field is " + field + ".");
                      }
                    }));
    return body;
  }

  /** The failure of a request without such a body. */
  static Problem missing() {
    return new Problem(ProblemType.INVALID_JSON, "The body must be a JSON object.");
  }
}
