package io.comfygateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WebhookSignerTest {
  private static final String ID = "evt_1";
  private static final String BODY = "{\"type\":\"job.succeeded\",\"text\":\"ünï — 漢字\"}";

  private final WebhookSecret secret = WebhookSecret.generate();
  private final WebhookSecret older = WebhookSecret.generate();
  private final WebhookSigner signer = new WebhookSigner(List.of(secret), InstantSource.system());

  @Test
  void the_library_of_the_standard_verifies_a_signed_body() {
    assertVerified(secret, BODY, signer.headers(ID, BODY));
  }

  @Test
  void a_body_read_as_a_stream_is_signed_the_same_as_the_text() throws IOException {
    String large = BODY.repeat(1000);
    byte[] bytes = large.getBytes(StandardCharsets.UTF_8);

    Map<String, String> headers = signer.headers(ID, new ByteArrayInputStream(bytes));

    assertVerified(secret, large, headers);
  }

  @Test
  void the_signature_of_a_published_example_is_reproduced() {
    // The worked example of Svix, whose scheme became the standard.
    WebhookSecret published = new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    Instant at = Instant.ofEpochSecond(1614265330);

    Map<String, String> headers =
        new WebhookSigner(List.of(published), InstantSource.fixed(at))
            .headers("msg_p5jXN8AQM9LWM0D4loKWxJek", "{\"test\": 2432232314}");

    assertThat(headers)
        .containsExactly(
            Map.entry("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            Map.entry("webhook-timestamp", "1614265330"),
            Map.entry("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
  }

  @Test
  void while_a_secret_is_rotated_either_one_verifies() throws IOException {
    WebhookSigner both = new WebhookSigner(List.of(secret, older), InstantSource.system());

    Map<String, String> headers = both.headers(ID, BODY);

    assertThat(headers.get("webhook-signature")).matches("v1,\\S{44} v1,\\S{44}");
    assertVerified(secret, BODY, headers);
    assertVerified(older, BODY, headers);
    byte[] bytes = BODY.getBytes(StandardCharsets.UTF_8);
    Map<String, String> streamed = both.headers(ID, new ByteArrayInputStream(bytes));
    assertVerified(secret, BODY, streamed);
    assertVerified(older, BODY, streamed);
  }

  @Test
  void another_secret_body_id_or_time_is_noticed() {
    Map<String, String> headers = signer.headers(ID, BODY);

    assertNotVerified(older, BODY, headers);
    assertNotVerified(secret, BODY + " ", headers);
    assertNotVerified(secret, BODY, with(headers, "webhook-id", "evt_2"));
    long seconds = Long.parseLong(headers.get("webhook-timestamp"));
    assertNotVerified(secret, BODY, with(headers, "webhook-timestamp", "" + (seconds - 1)));
  }

  @Test
  void a_later_try_keeps_the_id_and_is_signed_afresh() {
    Instant first = Instant.now();
    InstantSource later = InstantSource.fixed(first.plus(Duration.ofSeconds(30)));
    Map<String, String> before =
        new WebhookSigner(List.of(secret), InstantSource.fixed(first)).headers(ID, BODY);
    Map<String, String> after = new WebhookSigner(List.of(secret), later).headers(ID, BODY);

    assertThat(after.get("webhook-id")).isEqualTo(before.get("webhook-id"));
    assertThat(after.get("webhook-timestamp")).isNotEqualTo(before.get("webhook-timestamp"));
    assertThat(after.get("webhook-signature")).isNotEqualTo(before.get("webhook-signature"));
    assertVerified(secret, BODY, after);
  }

  @Test
  void without_a_secret_nothing_is_signed() {
    assertThatThrownBy(() -> new WebhookSigner(List.of(), InstantSource.system()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertVerified(WebhookSecret with, String body, Map<String, String> headers) {
    assertThatCode(() -> new Webhook(with.text()).verify(body, lists(headers)))
        .doesNotThrowAnyException();
  }

  private static void assertNotVerified(
      WebhookSecret with, String body, Map<String, String> headers) {
    assertThatThrownBy(() -> new Webhook(with.text()).verify(body, lists(headers)))
        .isInstanceOf(WebhookVerificationException.class);
  }

  private static Map<String, String> with(Map<String, String> headers, String name, String value) {
    return headers.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                header -> header.getKey().equals(name) ? value : header.getValue()));
  }

  private static Map<String, List<String>> lists(Map<String, String> headers) {
    return headers.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue())));
  }
}
