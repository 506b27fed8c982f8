package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What gateways on one PostgreSQL tell each other. */
class ClusterNotifierTest {
  @TempDir Path folder;
  private Database database;
  private Gateway first;
  private Gateway second;

  private final class Gateway implements ClusterEvents, AutoCloseable {
    final List<String> heard = new CopyOnWriteArrayList<>();
    final AtomicInteger missed = new AtomicInteger();
    final ClusterNotifier neighbours;

    Gateway(String id, Database on) {
      neighbours = new ClusterNotifier(on, id, this, missed::incrementAndGet);
      neighbours.start();
      Awaitility.await().until(() -> missed.get() == 1);
    }

    @Override
    public void happened(UUID job) {
      heard.add(job.toString());
    }

    @Override
    public void cancelling() {
      heard.add("cancelling");
    }

    @Override
    public void listening() {
      heard.add("listening");
    }

    @Override
    public void progress(UUID job, String progress) {
      heard.add(job + " " + progress);
    }

    @Override
    public void frame(UUID job, String text) {
      heard.add(job + " " + text);
    }

    @Override
    public void close() {
      neighbours.close();
    }
  }

  @BeforeEach
  void start() {
    database = new Database(DatabaseKind.POSTGRESQL.inNewPlace(folder), 4);
    first = new Gateway("gateway-1", database);
    second = new Gateway("gateway-2", database);
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
    database.close();
  }

  @Test
  void the_progress_of_many_jobs_arrives_whole_although_a_notification_is_small() {
    List<UUID> jobs = Stream.generate(UUID::randomUUID).limit(300).toList();
    String progress = "{\"node_title\":\"" + "ä b".repeat(100) + "\"}";

    second.neighbours.listening();
    jobs.forEach(job -> first.neighbours.progress(job, progress));

    Awaitility.await().until(() -> second.heard.size() == jobs.size());
    assertThat(second.heard)
        .containsExactlyElementsOf(jobs.stream().map(job -> job + " " + progress).toList());
    Awaitility.await().until(() -> first.heard.contains("listening"));
  }

  @Test
  void every_gateway_but_the_one_that_tells_it_hears_what_has_happened() {
    List<UUID> jobs = Stream.generate(UUID::randomUUID).limit(1_000).toList();

    jobs.forEach(first.neighbours::happened);
    second.neighbours.cancelling();

    Awaitility.await().until(() -> second.heard.size() >= jobs.size());
    Awaitility.await().until(() -> !first.heard.isEmpty());
    assertThat(second.heard).containsExactlyElementsOf(jobs.stream().map(UUID::toString).toList());
    assertThat(first.heard).containsExactly("cancelling");
  }

  @Test
  void gateways_with_tables_of_their_own_in_the_same_database_are_not_told() {
    try (Database elsewhere = new Database(DatabaseKind.POSTGRESQL.inNewPlace(folder), 4);
        Gateway stranger = new Gateway("gateway-3", elsewhere)) {
      stranger.neighbours.cancelling();
      UUID job = UUID.randomUUID();
      first.neighbours.happened(job);

      Awaitility.await().until(() -> !second.heard.isEmpty());
      assertThat(second.heard).containsExactly(job.toString());
      assertThat(stranger.heard).isEmpty();
    }
  }

  @Test
  void after_its_connection_broke_a_gateway_looks_once_and_hears_again() {
    database
        .jdbc()
        .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        .query()
        .listOfRows();

    Awaitility.await().until(() -> second.missed.get() == 2);
    UUID job = UUID.randomUUID();
    first.neighbours.happened(job);

    Awaitility.await().until(() -> second.heard.contains(job.toString()));
  }
}
