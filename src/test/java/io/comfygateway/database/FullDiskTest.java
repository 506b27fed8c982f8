package io.comfygateway.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.comfygateway.SettableClock;
import io.comfygateway.database.h2.DurableFiles;
import io.comfygateway.database.h2.EmbeddedDatabase;
import io.comfygateway.job.Claim;
import io.comfygateway.job.Claims;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Jobs;
import io.comfygateway.job.Stage;
import io.comfygateway.job.TestJobs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** What becomes of the embedded database when a write of it fails. */
class FullDiskTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();
  private Database database;
  private Jobs jobs;

  @BeforeEach
  void open() {
    FilePath.register(new DurableFiles());
    FilePath.register(new FillableDisk());
    Database.Address address =
        new Database.Address(Optional.empty(), Optional.empty(), Optional.empty(), folder);
    EmbeddedDatabase embedded =
        new EmbeddedDatabase(
            address.embeddedUrl().replace(DurableFiles.SCHEME, "fillable:" + DurableFiles.SCHEME));
    database = new Database(address, Optional.of(embedded), 4);
    jobs = TestJobs.in(database, clock);
    database.onLoss(jobs.leases()::voidClaims);
  }

  @AfterEach
  void close() {
    FillableDisk.clear(folder);
    database.close();
  }

  @Test
  void goes_on_by_itself_with_all_that_it_accepted_when_there_is_space_again() {
    List<UUID> accepted = Stream.generate(this::accept).limit(20).toList();
    FillableDisk.fill(folder);
    for (int n = 0; n < 10; n++) {
      assertThatThrownBy(this::accept)
          .isInstanceOfAny(DataAccessException.class, TransactionException.class);
    }

    FillableDisk.clear(folder);

    await().atMost(PATIENCE).ignoreExceptions().until(() -> accept() != null);
    assertThat(accepted).allSatisfy(id -> assertThat(jobs.queries().find(id)).isPresent());
  }

  @Test
  void what_was_not_settled_before_the_database_was_closed_is_never_taken_for_settled() {
    accept();
    UUID lost = database.withoutFlush(this::accept);
    closeByAFailedWrite();

    assertThatThrownBy(database::flush).isInstanceOf(DataAccessException.class);
    assertThat(jobs.queries().find(lost)).isEmpty();
  }

  @Test
  void work_that_began_after_the_database_was_opened_again_is_settled() {
    database.withoutFlush(this::accept);
    closeByAFailedWrite();

    database.begin();
    UUID id = database.withoutFlush(this::accept);
    database.flush();

    assertThat(jobs.queries().find(id)).isPresent();
  }

  @Test
  void a_claim_that_may_be_lost_is_not_sure() {
    UUID id = accept();
    Claim claim =
        database.withoutFlush(
            () -> jobs.queue().claim(Map.of("gpu-1", 1), Claims.ANYWHERE, 1).get(0));
    assertThat(jobs.leases().isCertain(claim)).isTrue();

    closeByAFailedWrite();

    assertThat(jobs.leases().isCertain(claim)).isFalse();
    assertThat(jobs.leases().renew(id, claim.job().fence())).isFalse();
    assertThat(jobs.queries().find(id).orElseThrow().stage()).isEqualTo(Stage.QUEUED);
  }

  @Test
  void no_trace_file_is_written() throws Exception {
    accept();
    closeByAFailedWrite();

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("gateway.mv.db");
    }
  }

  // On a thread of its own, as the request of another caller.
  private void closeByAFailedWrite() {
    FillableDisk.fill(folder);
    Thread other =
        new Thread(
            () ->
                assertThatThrownBy(() -> database.withoutFlush(this::acceptFlushed))
                    .isInstanceOf(DataAccessException.class));
    other.start();
    await().atMost(PATIENCE).until(() -> !other.isAlive());
    FillableDisk.clear(folder);
    await().atMost(PATIENCE).ignoreExceptions().until(() -> jobs.queue().waiting() >= 0);
  }

  private UUID acceptFlushed() {
    UUID id = accept();
    database.flush();
    return id;
  }

  private UUID accept() {
    return jobs.queue().accept(Draft.of("me").build(), () -> {}).id();
  }
}
