package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.JsonLimits;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;

/**
 * The JSON object in the body of a request that is no submission. Nothing of a body that cannot be
 * read is repeated, as it may contain a secret.
 */
final class ObjectBody {
  private ObjectBody() {}

  /**
   * Reads it; empty where there is no body. Its reader checks the names of its fields.
   *
   * @throws Problem where the body is anything else
   */
  static Optional<ObjectNode> read(Exchange exchange, ObjectMapper json) {
    refuseForm(exchange);
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
    body.ifPresent(object -> new FieldReader(object, "").requireKnown(Set.of(field)));
    return body;
  }

  // The fields of a form are not in the body: they would be ignored.
  private static void refuseForm(Exchange exchange) {
    ReceivedForm form = exchange.getProperty(GatewayHttpConsumer.FORM, ReceivedForm.class);
    if (form != null && !form.isEmpty()) {
      throw new Problem(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "The body is a form; send its fields as JSON, with the header Content-Type: application/json.");
    }
  }

  /** The failure of a request without such a body. */
  static Problem missing() {
    return new Problem(ProblemType.INVALID_JSON, "The body must be a JSON object.");
  }
}
