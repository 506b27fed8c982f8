package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.database.Database;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.job.AtOnce;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing grows forever: after much work and a week, all is as it was before. */
@Tag("slow")
class SoakTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int CALLERS = 4;
  private static final List<String> TABLES =
      List.of("job", "job_document", "output", "delivery", "idempotency");
  private static final String FILE =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

  @TempDir Path data;

  @Test
  void after_hundreds_of_jobs_and_a_week_tables_folders_and_maps_are_as_they_were()
      throws IOException {
    ShiftedClock clock = new ShiftedClock();
    try (Comfy comfy = Comfy.start();
        CallbackInbox inbox = CallbackInbox.start(n -> n % 7 == 0 ? 503 : 200);
        TestGateway gateway =
            TestGateway.start(
                data, comfy.url(), Map.of("gateway.retention.interval-ms", "100"), clock)) {
      gateway.ready();
      work(gateway, inbox, 10);
      forget(gateway, clock);
      Map<String, Integer> before = Held.by(gateway.server());

      work(gateway, inbox, 60);
      assertThat(rows("job")).isGreaterThanOrEqualTo(CALLERS * 60);
      assertThat(files()).isPositive();
      forget(gateway, clock);

      assertThat(before)
          .containsKeys("RunningPrompts.byJob", "InProgress.holders", "OrphanRecovery.failures");
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(Held.by(gateway.server()))
                      .allSatisfy(
                          (name, size) ->
                              assertThat(size)
                                  .as(name)
                                  .isLessThanOrEqualTo(before.getOrDefault(name, 0) + 3)));
    }
  }

  // Jobs with callbacks, keys and files, that succeed, fail and are cancelled.
  private static void work(TestGateway gateway, CallbackInbox inbox, int each) {
    AtOnce.run(
        CALLERS,
        caller -> {
          for (int n = 0; n < each; n++) {
            String key = caller % 2 == 0 ? TestGateway.KEY : TestGateway.OTHER_KEY;
            Answer answer =
                n % 10 == 7
                    ? gateway.postWith(
                        "/webhook/img2img",
                        key,
                        "{\"inputs\":{\"image\":\"" + FILE + "\",\"prompt\":\"a cat\"}}")
                    : gateway.postWith(
                        "/webhook/smoke",
                        key,
                        "{\"inputs\":{\"color\":%d},\"callback_url\":\"%s\"}"
                            .formatted(caller * 1_000 + n, inbox.url("/done")),
                        "Idempotency-Key",
                        caller + "-" + n + "-" + each);
            assertThat(answer.status()).as(answer.text()).isEqualTo(202);
            if (n % 10 == 3 && caller % 2 == 0) {
              gateway.delete("/jobs/" + answer.id());
            }
          }
          return caller;
        });
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Stream.of("queued", "running").allMatch(status -> none(gateway, status)));
  }

  private static boolean none(TestGateway gateway, String status) {
    return Stream.of(TestGateway.KEY, TestGateway.OTHER_KEY)
        .allMatch(
            key -> {
              JsonNode jobs =
                  gateway.send(gateway.request("/jobs?status=" + status, key)).json().path("jobs");
              return jobs.isArray() && jobs.isEmpty();
            });
  }

  private void forget(TestGateway gateway, ShiftedClock clock) {
    clock.advance(Duration.ofDays(8));
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(TABLES).allSatisfy(table -> assertThat(rows(table)).as(table).isZero());
              assertThat(files()).isZero();
            });
  }

  private int rows(String table) {
    Database.Address address =
        new Database.Address(Optional.empty(), Optional.empty(), Optional.empty(), data);
    try (Database database = new Database(address, 3)) {
      return database.jdbc().sql("SELECT COUNT(*) FROM " + table).query(Integer.class).single();
    }
  }

  private long files() {
    return Stream.of("outputs", "inputs", "uploads").mapToLong(name -> files(data, name)).sum();
  }

  private static long files(Path data, String name) {
    if (!Files.isDirectory(data.resolve(name))) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(data.resolve(name))) {
      return files.filter(Files::isRegularFile).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
