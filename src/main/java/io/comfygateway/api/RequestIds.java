package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;

/** The {@code ids} of a request's body. */
final class RequestIds {
  /** How many a request may name. */
  static final int MOST = 200;

  private RequestIds() {}

  /**
   * Reads them; none where there is no body.
   *
   * @throws Problem where the body is not an object with a list of one or more ids alone
   */
  static List<UUID> of(Exchange exchange, ObjectMapper json) {
    Optional<ObjectNode> body = ObjectBody.readOnly(exchange, json, "ids");
    if (body.isEmpty()) {
      return List.of();
    }
    JsonNode list = body.get().path("ids");
    if (!list.isArray() || list.isEmpty() || list.size() > MOST) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT, "/ids", "ids must be a list of 1 to " + MOST + " ids.");
    }
    List<UUID> ids = new ArrayList<>();
    for (JsonNode id : list) {
      ids.add(
          Ownership.id(id.asText())
              .orElseThrow(
                  () ->
                      Problem.ofField(
                          ProblemType.INVALID_INPUT,
                          "/ids/" + ids.size(),
                          StrictJson.shown(id.asText()) + " is not an id.")));
    }
    return ids;
  }
}
