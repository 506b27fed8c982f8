package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.flow.TestGateway.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways on one PostgreSQL, and a caller who goes from one to the other. */
@TestInstance(Lifecycle.PER_CLASS)
class SharedRatesTest {
  private static final String ADMIN = "admin-0123456789abcdef";
  private static final String MASTER_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  private static final int A_MINUTE = 30;
  private final Comfy comfy = Comfy.start();
  private TestGateway one;
  private TestGateway two;

  @BeforeAll
  void start(@TempDir Path folder) {
    Database.Address database = DatabaseKind.POSTGRESQL.inNewPlace(folder);
    Map<String, String> settings = new HashMap<>();
    settings.put("gateway.db.url", database.url().orElseThrow());
    settings.put("gateway.db.user", database.user().orElseThrow());
    settings.put("gateway.files-dir", folder.resolve("files").toString());
    settings.put("gateway.master-key", MASTER_KEY);
    settings.put("gateway.api-keys", "boss:" + ADMIN + ":admin");
    one = TestGateway.start(folder.resolve("one"), comfy.url(), settings);
    two = TestGateway.start(folder.resolve("two"), comfy.url(), settings);
  }

  @AfterAll
  void stop() {
    one.close();
    two.close();
    comfy.close();
  }

  @Test
  void requests_count_together() {
    String key = key("requests_per_minute");

    Answer refused = goesRoundUntilRefused(gateway -> gateway.getWith("/jobs", key), 1, "requests");

    assertThat(refused.json().path("detail").asText()).contains("may send 30 requests a minute");
  }

  @Test
  void jobs_count_together_and_what_is_refused_can_be_sent_later() {
    String key = key("jobs_per_minute");

    Answer refused =
        goesRoundUntilRefused(gateway -> gateway.postWith("/webhook/smoke", key, "{}"), 0, "jobs");

    assertThat(refused.json().path("detail").asText()).contains("may make 30 jobs a minute");
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> two.postWith("/webhook/smoke", key, "{}").status() == 202);
  }

  private String key(String rate) {
    String body =
        "{\"name\":\"%s\",\"scopes\":[\"run\"],\"%s\":%d}".formatted(rate, rate, A_MINUTE);
    Answer made = one.postWith("/keys", ADMIN, body);
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    String secret = made.json().path("secret").asText();
    Awaitility.await().until(() -> two.getWith("/keys", ADMIN).text().contains("\"" + rate + "\""));
    // The other gateway reads of it in a moment.
    Awaitility.await().until(() -> two.getWith("/keys", secret).status() != 401);
    return secret;
  }

  private Answer goesRoundUntilRefused(
      Function<TestGateway, Answer> request, int before, String what) {
    Instant start = Instant.now();
    int accepted = before;
    Answer answer = request.apply(one);
    for (int n = 1; answer.status() != 429; n++) {
      assertThat(answer.status()).as(answer.text()).isLessThan(300);
      accepted++;
      answer = request.apply(n % 2 == 0 ? one : two);
    }
    // One more may come with every two seconds that the test itself takes.
    long came = Duration.between(start, Instant.now()).toSeconds() / (60 / A_MINUTE) + 1;
    assertThat(accepted).as(what).isBetween(A_MINUTE - 1, (int) (A_MINUTE + came));
    assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60 / A_MINUTE);
    assertThat(request.apply(one).status()).isEqualTo(429);
    assertThat(request.apply(two).status()).isEqualTo(429);
    return answer;
  }
}
