package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;

/** What ComfyUI 0.33 takes as a {@code prompt_id}. */
final class PromptId {
  private PromptId() {}

  /** Whether an id is a UUID as 0.33 writes it, or left to the server. */
  static boolean isValid(JsonNode id) {
    if (id.isMissingNode() || id.isNull()) {
      return true;
    }
    try {
      return id.isTextual() && UUID.fromString(id.asText()).toString().equals(id.asText());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The answer to an id that is none. */
  static PromptVerdict.Refused refusal() {
    return PromptValidation.refused(
        "invalid_prompt_id",
        "prompt_id must be a valid UUID",
        "prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the"
            + " server generate one");
  }
}
