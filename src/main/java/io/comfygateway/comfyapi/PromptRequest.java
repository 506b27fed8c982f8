package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.StorableText;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The body of {@code POST /prompt}. Fields that ComfyUI does not know are ignored.
 *
 * @param prompt the graph
 * @param promptId the id that the client gave
 * @param clientId whose sockets get the messages
 * @param number the place among the caller's prompts that the client gave
 * @param front whether the prompt goes before the caller's others
 * @param extraData what nodes get beside the graph
 * @param targets the nodes that are to run; empty for all
 */
record PromptRequest(
    ObjectNode prompt,
    Optional<UUID> promptId,
    Optional<String> clientId,
    OptionalDouble number,
    boolean front,
    Optional<ObjectNode> extraData,
    List<String> targets) {
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final Pattern NUMBER = Pattern.compile("[-+]?\\d{1,15}(\\.\\d{1,15})?");
  private static final int LONGEST_CLIENT_ID = 200;
  private static final int MOST_TARGETS = 1_000;
  private static final int MOST_EXTRA_DATA = 4_194_304;

  /** Why a body is not a prompt, as ComfyUI's {@code error}. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ObjectNode error;

    private Refused(String type, String message, String details) {
      super(message, null, false, false);
      this.error = ClientResponses.error(type, message, details);
    }

    ObjectNode error() {
      return error;
    }
  }

  static PromptRequest read(JsonNode body) throws Refused {
    if (body.isMissingNode()) {
      throw new Refused("invalid_json", "The body is not JSON", "");
    }
    JsonNode prompt = body.path("prompt");
    if (prompt.isMissingNode()) {
      throw new Refused("no_prompt", "No prompt provided", "No prompt provided");
    }
    if (!(prompt instanceof ObjectNode graph)) {
      throw new Refused("invalid_prompt", "The prompt must be a graph in API format", "");
    }
    for (var node : graph.properties()) {
      if (!node.getValue().path("class_type").isTextual()) {
        throw new Refused(
            "invalid_prompt",
            "Cannot execute because a node is missing the class_type property.",
            "Node ID '#" + node.getKey() + "'");
      }
    }
    return new PromptRequest(
        graph,
        promptId(body.path("prompt_id")),
        clientId(body.path("client_id")),
        number(body.path("number")),
        body.path("front").asBoolean(false),
        extraData(body.path("extra_data")),
        targets(body.path("partial_execution_targets")));
  }

  // A text with a number counts as one, as in ComfyUI.
  private static OptionalDouble number(JsonNode given) {
    boolean isNumber =
        given.isNumber() || given.isTextual() && NUMBER.matcher(given.asText()).matches();
    double number = isNumber ? given.asDouble() : Double.NaN;
    return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
  }

  private static Optional<UUID> promptId(JsonNode given) throws Refused {
    if (given.isMissingNode() || given.isNull()) {
      return Optional.empty();
    }
    if (!given.isTextual() || !UUID_TEXT.matcher(given.asText()).matches()) {
      throw new Refused(
          "invalid_prompt_id",
          "prompt_id must be a valid UUID",
          "prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the server generate one");
    }
    return Optional.of(UUID.fromString(given.asText()));
  }

  private static Optional<ObjectNode> extraData(JsonNode given) throws Refused {
    if (!(given instanceof ObjectNode extra)) {
      return Optional.empty();
    }
    if (ByteBufUtil.utf8Bytes(extra.toString()) > MOST_EXTRA_DATA) {
      throw new Refused(
          "extra_data_too_large", "extra_data must have at most " + MOST_EXTRA_DATA + " bytes", "");
    }
    return Optional.of(extra);
  }

  private static Optional<String> clientId(JsonNode given) throws Refused {
    if (!given.isTextual() || given.asText().isEmpty()) {
      return Optional.empty();
    }
    if (given.asText().length() > LONGEST_CLIENT_ID) {
      throw new Refused(
          "invalid_client_id",
          "client_id must have at most " + LONGEST_CLIENT_ID + " characters",
          "");
    }
    if (StorableText.fault(given.asText()).isPresent()) {
      throw new Refused(
          "invalid_client_id", "client_id must not have U+0000 or half a surrogate pair", "");
    }
    return Optional.of(given.asText());
  }

  private static List<String> targets(JsonNode given) {
    List<String> targets = new ArrayList<>();
    for (JsonNode target : given) {
      if (target.isTextual() && targets.size() < MOST_TARGETS) {
        targets.add(target.asText());
      }
    }
    return targets;
  }
}
