package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.comfygateway.SettableClock;
import io.comfygateway.database.Database;
import io.comfygateway.problem.Warning;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** What is left of the embedded database when the gateway dies. */
class DurabilityTest {
  /** How many jobs are updated in turn. */
  private static final int JOBS = 20;

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();
  private final List<Database> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(Database::close);
  }

  @Test
  void every_job_that_was_accepted_is_there_after_the_process_was_killed() throws Exception {
    int accepted = 25;
    Process gateway =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                AcceptAndHalt.class.getName(),
                folder.toString(),
                String.valueOf(accepted))
            .redirectError(folder.resolve("error.log").toFile())
            .redirectOutput(folder.resolve("accepted.log").toFile())
            .start();
    assertThat(gateway.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(gateway.exitValue())
        .as(Files.readString(folder.resolve("error.log")))
        .isEqualTo(137);
    List<UUID> ids =
        Files.readAllLines(folder.resolve("accepted.log")).stream()
            .filter(line -> line.matches("[0-9a-f-]{36}"))
            .map(UUID::fromString)
            .toList();
    assertThat(ids).hasSize(accepted);

    Jobs jobs = open(folder);

    assertThat(jobs.queue().waiting()).isEqualTo(accepted);
    assertThat(ids)
        .allSatisfy(
            id -> {
              assertThat(jobs.queries().find(id)).isPresent();
              assertThat(jobs.queries().document(id).prompt().path("3").isObject()).isTrue();
            });
    assertThat(jobs.queue().replayOf("me", new NewJob.Idempotency("key-0", "a")))
        .contains(new Acceptance(ids.get(0), true));
  }

  @Test
  void each_step_of_a_job_is_in_the_file_when_the_store_returns() throws IOException {
    Jobs jobs = open(folder);
    UUID id = jobs.queue().accept(Draft.of("me").build(), () -> {}).id();
    assertThat(stageInCopy("accepted", id)).isEqualTo(Stage.QUEUED);

    Job given = Claims.first(jobs.queue(), Map.of("gpu-1", 1)).orElseThrow();
    assertThat(stageInCopy("claimed", id)).isEqualTo(Stage.SUBMITTED);

    jobs.transitions().collecting(given, clock.instant(), "{}");
    assertThat(stageInCopy("collecting", id)).isEqualTo(Stage.COLLECTING);

    jobs.transitions().finish(given, JobStatus.SUCCEEDED, given.facts());
    assertThat(stageInCopy("done", id)).isEqualTo(Stage.DONE);
  }

  @Test
  void what_many_commit_at_once_is_in_the_file_when_the_last_returns() throws IOException {
    Jobs jobs = open(folder);
    for (int round = 1; round <= 10; round++) {
      List<UUID> ids =
          AtOnce.run(6, n -> jobs.queue().accept(Draft.of("me").build(), () -> {}).id());

      Jobs copy = openCopy("round-" + round);
      assertThat(ids).allSatisfy(id -> assertThat(copy.queries().find(id)).isPresent());
    }
  }

  @Test
  void what_nobody_waited_for_is_read_at_once_and_in_the_file_when_it_is_settled()
      throws IOException {
    Jobs jobs = open(folder);
    Database database = opened.get(0);

    List<UUID> ids =
        AtOnce.run(
            4,
            n ->
                database
                    .withoutFlush(() -> jobs.queue().accept(Draft.of("me").build(), () -> {}))
                    .id());

    Jobs before = openCopy("before");
    assertThat(ids)
        .allSatisfy(
            id -> {
              assertThat(jobs.queries().find(id)).isPresent();
              assertThat(before.queries().find(id)).isEmpty();
            });

    database.flush();

    Jobs after = openCopy("after");
    assertThat(ids).allSatisfy(id -> assertThat(after.queries().find(id)).isPresent());
  }

  @Test
  void what_nobody_waited_for_is_in_the_file_with_the_next_commit() throws IOException {
    Jobs jobs = open(folder);
    UUID first =
        opened
            .get(0)
            .withoutFlush(() -> jobs.queue().accept(Draft.of("me").build(), () -> {}))
            .id();

    jobs.queue().accept(Draft.of("me").build(), () -> {});

    assertThat(stageInCopy("later", first)).isEqualTo(Stage.QUEUED);
  }

  @Test
  void a_commit_that_cannot_be_written_fails() {
    Database database =
        new Database(
            new Database.Address(Optional.empty(), Optional.empty(), Optional.empty(), folder), 4);
    opened.add(database);
    JdbcClient jdbc = database.jdbc();
    jdbc.sql("CREATE TABLE note (text VARCHAR(10))").update();
    TransactionTemplate transaction = database.transaction();

    assertThatThrownBy(
            () ->
                transaction.executeWithoutResult(
                    status -> {
                      jdbc.sql("INSERT INTO note VALUES ('lost')").update();
                      closeFile(database);
                    }))
        .isInstanceOf(RuntimeException.class);
  }

  // As a disk that is gone: H2 closes its store on the first error.
  private static void closeFile(Database database) {
    try (Connection connection = database.dataSource().getConnection()) {
      SessionLocal session = (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
      session.getDatabase().getStore().getMvStore().closeImmediately();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void what_a_job_runs_is_nowhere_in_clear() throws IOException {
    NewJob job = Draft.full("me").key("order-17", "a").build();
    open(folder).queue().accept(job, () -> {});

    assertThat(everythingIn(folder))
        .contains("txt2img@3")
        .doesNotContain(
            "order-17",
            "lighthouse",
            "KSampler",
            "comfy-secret-key-of-the-caller",
            "callback-header-secret");
  }

  @Test
  void an_interrupted_thread_does_not_close_the_database() {
    Jobs jobs = open(folder);

    UUID id =
        jobs.queue().accept(Draft.of("me").build(), () -> Thread.currentThread().interrupt()).id();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(jobs.queries().find(id)).isPresent();
    jobs.queue().accept(Draft.of("me").build(), () -> {});
    assertThat(jobs.queue().waiting()).isEqualTo(2);
  }

  @Test
  void the_file_does_not_grow_with_the_number_of_updates() throws IOException {
    Jobs jobs = open(folder);
    for (int n = 0; n < JOBS; n++) {
      jobs.queue().accept(Draft.of("me").build(), () -> {});
    }
    List<Job> claimed = new ArrayList<>();
    for (int n = 0; n < JOBS; n++) {
      claimed.add(Claims.first(jobs.queue(), Map.of("gpu-1", JOBS)).orElseThrow());
    }
    Path file = folder.resolve("gateway.mv.db");

    // Freed space is used again a moment later; from then on the file stays about as it is.
    await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              long before = Files.size(file);
              update(jobs, claimed, 10);
              assertThat(Files.size(file)).isLessThanOrEqualTo(before);
            });
    long before = Files.size(file);

    update(jobs, claimed, 40);

    assertThat(Files.size(file)).isLessThan(before * 2);
  }

  private static void update(Jobs jobs, List<Job> claimed, int rounds) {
    for (int n = 0; n < rounds; n++) {
      List<Warning> warning = List.of(Warning.of("round", "round " + n));
      claimed.forEach(
          job ->
              assertThat(jobs.transitions().note(job, job.facts().withWarnings(warning))).isTrue());
    }
  }

  // As after a power cut: the file as it is now, while the gateway still has it open.
  private Stage stageInCopy(String name, UUID id) throws IOException {
    return openCopy(name).queries().find(id).orElseThrow().stage();
  }

  private Jobs openCopy(String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    Files.copy(folder.resolve("gateway.mv.db"), copy.resolve("gateway.mv.db"));
    return open(copy);
  }

  private Jobs open(Path at) {
    Database database =
        new Database(
            new Database.Address(Optional.empty(), Optional.empty(), Optional.empty(), at), 4);
    opened.add(database);
    return TestJobs.in(database, clock);
  }

  private static String everythingIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      StringBuilder all = new StringBuilder();
      files
          .filter(Files::isRegularFile)
          .forEach(
              file -> {
                try {
                  all.append(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      return all.toString();
    }
  }
}
