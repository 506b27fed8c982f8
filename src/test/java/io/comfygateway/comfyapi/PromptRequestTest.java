package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import org.junit.jupiter.api.Test;

/** What a client may send with a prompt is limited. */
class PromptRequestTest {
  private static final int MOST = 4_194_304;

  private static ObjectNode withExtraData(int bytes) {
    ObjectNode body = TestJson.parse("{\"prompt\": {\"1\": {\"class_type\": \"A\"}}}");
    String rest = "{\"note\":\"\"}";
    // Two bytes a character.
    body.putObject("extra_data").put("note", "é".repeat((bytes - rest.length()) / 2));
    return body;
  }

  @Test
  void extra_data_has_four_mebibytes_at_the_most() throws PromptRequest.Refused {
    PromptRequest accepted = PromptRequest.read(withExtraData(MOST));

    assertThat(accepted.extraData()).isPresent();
    PromptRequest.Refused refused =
        catchThrowableOfType(
            PromptRequest.Refused.class, () -> PromptRequest.read(withExtraData(MOST + 2)));
    assertThat(refused.error().path("type").asText()).isEqualTo("extra_data_too_large");
    assertThat(refused.error().path("message").asText()).contains("4194304");
  }

  @Test
  void a_number_may_be_a_text() throws PromptRequest.Refused {
    ObjectNode body = TestJson.parse("{\"prompt\": {\"1\": {\"class_type\": \"A\"}}}");

    assertThat(PromptRequest.read(body.put("number", "7")).number()).hasValue(7);
    assertThat(PromptRequest.read(body.put("number", "-1.5")).number()).hasValue(-1.5);
    assertThat(PromptRequest.read(body.put("number", "next")).number()).isEmpty();
    assertThat(PromptRequest.read(body.put("number", 3)).number()).hasValue(3);
  }

  @Test
  void a_client_id_is_a_text_that_every_database_stores() throws PromptRequest.Refused {
    ObjectNode body = TestJson.parse("{\"prompt\": {\"1\": {\"class_type\": \"A\"}}}");
    assertThat(PromptRequest.read(body.put("client_id", "a\uD83D\uDE00")).clientId())
        .contains("a\uD83D\uDE00");
    for (String id : new String[] {"a\0", "\uD83D", "\uDE00a"}) {
      body.put("client_id", id);
      PromptRequest.Refused refused =
          catchThrowableOfType(PromptRequest.Refused.class, () -> PromptRequest.read(body));
      assertThat(refused.error().path("type").asText()).isEqualTo("invalid_client_id");
    }
  }
}
