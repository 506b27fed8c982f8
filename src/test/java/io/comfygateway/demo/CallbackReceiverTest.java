package io.comfygateway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.demo.CallbackReceiver.Received;
import io.comfygateway.demo.CallbackReceiver.Reply;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CallbackReceiverTest {
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void what_comes_is_kept_with_its_headers_in_any_letter_case() {
    try (CallbackReceiver receiver = CallbackReceiver.start()) {
      assertThat(post(receiver, "one").join().statusCode()).isEqualTo(204);

      Received received = receiver.received().get(0);
      assertThat(received.text()).isEqualTo("one");
      assertThat(received.method()).isEqualTo("POST");
      assertThat(received.target()).isEqualTo("/callback");
      assertThat(received.header("webhook-id")).contains("msg_1");
      assertThat(received.header("Webhook-Id")).contains("msg_1");
    }
  }

  @Test
  void it_answers_as_it_is_told() {
    try (CallbackReceiver receiver = CallbackReceiver.start()) {
      receiver.answer(
          request ->
              new Reply(503, Map.of("Retry-After", "7"), request.text() + "?", Duration.ZERO));

      HttpResponse<String> answer = post(receiver, "what").join();
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).contains("7");
      assertThat(answer.body()).isEqualTo("what?");
    }
  }

  @Test
  void late_answers_hold_up_no_others() {
    Reply late = new Reply(200, Map.of(), "", Duration.ofSeconds(1));
    try (CallbackReceiver receiver = CallbackReceiver.start(request -> late)) {
      long before = System.nanoTime();
      List<CompletableFuture<HttpResponse<String>>> answers =
          Stream.generate(() -> post(receiver, "x")).limit(50).toList();
      answers.forEach(CompletableFuture::join);

      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(20));
      assertThat(receiver.received()).hasSize(50);
    }
  }

  private CompletableFuture<HttpResponse<String>> post(CallbackReceiver receiver, String body) {
    return http.sendAsync(
        HttpRequest.newBuilder(receiver.url())
            .header("webhook-id", "msg_1")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
