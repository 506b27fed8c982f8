package io.comfygateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSecretTest {
  @ParameterizedTest
  @ValueSource(ints = {24, 32, 64})
  void secrets_of_24_to_64_bytes_are_taken(int bytes) {
    String text = "whsec_" + Base64.getEncoder().encodeToString(new byte[bytes]);

    assertThat(new WebhookSecret(text).key()).hasSize(bytes);
    assertThat(new WebhookSecret(" " + text + "\n").text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 23, 65})
  void shorter_and_longer_ones_are_refused(int bytes) {
    String text = "whsec_" + Base64.getEncoder().encodeToString(new byte[bytes]);

    assertThatThrownBy(() -> new WebhookSecret(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("24 to 64 bytes")
        .hasMessageContaining("has " + bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "topsecret,starts with whsec_",
    "'',starts with whsec_",
    "WHSEC_AAAA,starts with whsec_",
    "whsec_top secret!,is base64"
  })
  void what_is_no_secret_is_refused_without_showing_it(String text, String message) {
    assertThatThrownBy(() -> new WebhookSecret(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageNotContainingAny("topsecret", "top secret");
  }

  @Test
  void a_generated_secret_is_valid_and_new_each_time_and_not_shown_by_accident() {
    WebhookSecret secret = WebhookSecret.generate();

    assertThat(secret.key()).hasSize(32);
    assertThat(secret).isNotEqualTo(WebhookSecret.generate());
    assertThat(secret.toString()).isEqualTo("whsec_…");
  }
}
