package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.SettableClock;
import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that run on each kind of database, every test on an empty one. */
@ParameterizedClass(name = "{0}")
@EnumSource(DatabaseKind.class)
public abstract class StoreTest {
  protected static final Duration LEASE = TestJobs.LEASE.length();
  protected static final Duration KEYS_KEPT = TestJobs.KEYS_KEPT;
  private static final int CONNECTIONS = 8;

  @Parameter protected DatabaseKind kind;
  @TempDir protected Path folder;

  protected final SettableClock clock = new SettableClock();
  protected Database database;
  protected Jobs jobs;
  protected JobQueue queue;
  protected JobQueries queries;
  protected JobLeases leases;
  protected JobTransitions transitions;
  protected BatchStore batches;
  private Database.Address address;
  private final List<Database> opened = new ArrayList<>();

  @BeforeEach
  void open() {
    address = kind.inNewPlace(folder);
    database = openOnceMore();
    jobs = gateway("gateway-1");
    queue = jobs.queue();
    queries = jobs.queries();
    leases = jobs.leases();
    transitions = jobs.transitions();
    batches = jobs.batches();
  }

  @AfterEach
  void close() {
    opened.forEach(Database::close);
  }

  /** The same database through a pool of its own, as another gateway has it. */
  protected final Database openOnceMore() {
    Database more = new Database(address, CONNECTIONS);
    opened.add(more);
    return more;
  }

  protected final Jobs gateway(String id) {
    return gateway(id, database);
  }

  protected final Jobs gateway(String id, Database on) {
    return gateway(id, on, QueueLimits.none());
  }

  protected final Jobs gateway(String id, Database on, QueueLimits limits) {
    return TestJobs.in(on, clock, new Lease(id, LEASE), limits);
  }

  protected final Job accepted(Draft draft) {
    return queries.find(queue.accept(draft.build(), () -> {}).id()).orElseThrow();
  }

  /** Jobs, newest first. */
  protected final List<Job> listed(
      Optional<String> owner,
      Optional<JobStatus> status,
      Optional<String> workflow,
      long before,
      int limit) {
    return jobs.lists()
        .page(
            new JobLists.Wanted(
                owner,
                status.map(Set::of).orElse(Set.of()),
                workflow,
                new JobLists.Span(Optional.empty(), Optional.empty()),
                new JobLists.Span(Optional.empty(), Optional.empty()),
                IdRange.all(),
                Optional.empty()),
            new JobLists.Range(0, before),
            limit);
  }

  /** A job that a backend has. */
  protected final Job claimed(Draft draft) {
    UUID id = accepted(draft).id();
    Job job = Claims.first(queue, Map.of("gpu-1", 100)).orElseThrow();
    assertThat(job.id()).isEqualTo(id);
    return job;
  }
}
