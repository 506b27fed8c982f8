package io.comfygateway.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.TestJson;
import io.comfygateway.delivery.Deliveries;
import io.comfygateway.delivery.Verdict;
import io.comfygateway.files.FolderJobFiles;
import io.comfygateway.job.AtOnce;
import io.comfygateway.job.BatchDocument;
import io.comfygateway.job.BatchStore.NewBatch;
import io.comfygateway.job.Draft;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Lease;
import io.comfygateway.job.PreparedJob;
import io.comfygateway.job.StoreTest;
import io.comfygateway.media.FileRules;
import io.comfygateway.prompt.InputFiles;
import io.comfygateway.store.StoreSwitch;
import io.comfygateway.workflow.FileSource;
import io.comfygateway.workflow.InputType;
import io.comfygateway.workflow.MediaInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is removed when it has expired, and what is not. */
class RetentionTest extends StoreTest {
  private static final Duration KEPT = Duration.ofDays(7);
  private static final int BATCH = 3;
  private final StoreSwitch state = new StoreSwitch();
  private FolderOutputStore store;
  private InputFiles inputs;
  private OutputRows outputs;
  private Deliveries deliveries;

  @BeforeEach
  void folders() {
    store = new FolderOutputStore(folder.resolve("outputs"));
    inputs =
        new InputFiles(
            new FolderJobFiles(folder.resolve("inputs"), state),
            TestJson.MAPPER,
            new FileRules(1_000, 1_000, 1));
    outputs = new OutputRows(database.jdbc());
    deliveries = Deliveries.in(database, clock, new Lease("gateway-1", Duration.ofMinutes(2)));
  }

  @Test
  void a_finished_job_goes_with_all_that_belongs_to_it_when_its_time_is_over() {
    Job job = finished("ann", 10);
    UUID delivery =
        deliveries.queue().add(job.id(), "callback", "succeeded", "host", Optional.empty());
    deliveries
        .queue()
        .recordResult(
            deliveries.queries().find(delivery).orElseThrow(),
            new Verdict.Delivered(),
            Optional.of(200));
    clock.advance(KEPT.minusSeconds(1));
    run(retention(0)::removeFinished);
    assertThat(queries.find(job.id())).isPresent();

    clock.advance(Duration.ofSeconds(1));
    run(retention(0)::removeFinished);

    assertThat(Stream.of("job", "job_document", "output", "delivery").map(this::rows))
        .containsOnly(0);
    assertThat(filesIn("outputs")).isZero();
  }

  @Test
  void nothing_is_removed_while_it_is_backed_up() {
    Job job = finished("ann", 10);
    clock.advance(KEPT);
    Retention retention = retention(0);
    retention.pause(Duration.ofHours(1));

    clock.advance(Duration.ofHours(1).minusMillis(1));
    run(retention::removeFinished);
    assertThat(queries.find(job.id())).isPresent();

    clock.advance(Duration.ofMillis(1));
    run(retention::removeFinished);
    assertThat(queries.find(job.id())).isEmpty();
  }

  @Test
  void what_waits_runs_or_is_still_to_be_delivered_stays() {
    Job waiting = accepted(Draft.of("zoe"));
    Job running = claimed(Draft.of("ann"));
    Job told = finished("bob", 10);
    deliveries.queue().add(told.id(), "callback", "succeeded", "host", Optional.empty());
    clock.advance(KEPT.multipliedBy(2));

    run(retention(0)::removeFinished);

    assertThat(Stream.of(waiting, running, told).map(job -> queries.find(job.id())))
        .allSatisfy(job -> assertThat(job).isPresent());
    assertThat(filesIn("outputs")).isEqualTo(1);
  }

  @Test
  void what_no_job_needs_any_more_is_forgotten_and_what_is_needed_again_is_kept() {
    accepted(Draft.of("ann").needs(needs("Waits")));
    Draft again = Draft.of("bob").needs(needs("ComesAgain"));
    Draft gone = Draft.of("bob").needs(needs("NeverAgain"));
    Stream.of(again, gone)
        .map(this::accepted)
        .forEach(job -> transitions.finish(job, JobStatus.CANCELLED, job.facts()));
    clock.advance(Duration.ofDays(1).minusSeconds(1));
    Job back = accepted(again);
    transitions.finish(back, JobStatus.CANCELLED, back.facts());
    run(retention(0)::forgetNeeds);
    assertThat(rows("needs")).isEqualTo(3);

    clock.advance(Duration.ofSeconds(1));
    assertThat(run(retention(0)::forgetNeeds)).isFalse();

    assertThat(jobs.requirements().all().values())
        .containsOnly(needs("Waits"), needs("ComesAgain"));
  }

  private static GraphRequirements needs(String nodeClass) {
    return new GraphRequirements(Set.of(nodeClass), List.of(), Set.of());
  }

  @Test
  void each_batch_is_bounded_and_says_whether_there_may_be_more() {
    IntStream.range(0, BATCH + 1).forEach(n -> finished("ann", 10));
    clock.advance(KEPT);

    assertThat(run(retention(0)::removeFinished)).isTrue();
    assertThat(rows("job")).isEqualTo(1);
    assertThat(run(retention(0)::removeFinished)).isFalse();
    assertThat(rows("job")).isZero();
  }

  @Test
  void only_one_gateway_at_a_time_removes() {
    IntStream.range(0, 2 * BATCH).forEach(n -> finished("ann", 10));
    clock.advance(KEPT);

    boolean more =
        database
            .transaction()
            .execute(
                tx -> {
                  database
                      .jdbc()
                      .sql("SELECT id FROM retention_turn FOR UPDATE")
                      .query()
                      .listOfRows();
                  return AtOnce.run(1, n -> run(retention(0)::removeFinished)).get(0);
                });

    assertThat(more).isFalse();
    assertThat(rows("job")).isEqualTo(2 * BATCH);
    run(retention(0)::removeFinished);
    assertThat(rows("job")).isEqualTo(BATCH);
  }

  @Test
  void the_oldest_outputs_go_first_when_all_of_them_take_too_much_and_their_rows_say_so() {
    List<Job> done =
        IntStream.range(0, 4)
            .mapToObj(
                n -> {
                  clock.advance(Duration.ofSeconds(1));
                  return finished("ann", 100);
                })
            .toList();

    run(retention(250)::shrinkOutputs);

    assertThat(done)
        .extracting(job -> outputs.find(job.id(), 0).orElseThrow().expired())
        .containsExactly(
            Optional.of(clock.instant()),
            Optional.of(clock.instant()),
            Optional.empty(),
            Optional.empty());
    assertThat(filesIn("outputs")).isEqualTo(2);
    assertThat(rows("job")).isEqualTo(4);
    run(retention(250)::shrinkOutputs);
    assertThat(filesIn("outputs")).isEqualTo(2);
  }

  @Test
  void an_output_that_is_still_to_be_delivered_does_not_go_for_want_of_room() {
    Job told = finished("ann", 100);
    deliveries.queue().add(told.id(), "s3", "succeeded", "s3:default", Optional.empty());
    clock.advance(Duration.ofSeconds(1));
    Job newer = finished("ann", 100);

    run(retention(50)::shrinkOutputs);

    assertThat(outputs.find(told.id(), 0).orElseThrow().expired()).isEmpty();
    assertThat(outputs.find(newer.id(), 0).orElseThrow().expired()).isPresent();
  }

  @Test
  void a_batch_goes_when_its_time_is_over_and_its_callback_is_not_under_way() {
    UUID told = endedBatch();
    UUID untold = endedBatch();
    deliveries.queue().addOfBatch(untold, "succeeded", "host");
    clock.advance(KEPT.minusSeconds(1));
    assertThat(run(retention(0)::removeBatches)).isFalse();
    assertThat(batches.find(told)).isPresent();
    clock.advance(Duration.ofSeconds(2));

    run(retention(0)::removeBatches);

    assertThat(batches.find(told)).isEmpty();
    assertThat(batches.find(untold)).isPresent();
  }

  private UUID endedBatch() {
    UUID id = UUID.randomUUID();
    PreparedJob job = queue.prepare(Draft.of("ann").batch(id).build());
    BatchDocument document = new BatchDocument(Optional.empty(), null, List.of());
    batches.accept(
        new NewBatch(id, "ann", document, List.of(new NewBatch.Row(0, job)), Optional.empty()),
        () -> {});
    database.transaction().executeWithoutResult(tx -> batches.ended(id, JobStatus.SUCCEEDED));
    return id;
  }

  @Test
  void idempotency_keys_are_forgotten_after_their_time() {
    accepted(Draft.of("ann").key("old", "hash"));
    clock.advance(KEYS_KEPT.minusSeconds(1));
    accepted(Draft.of("ann").key("new", "newer"));
    clock.advance(Duration.ofSeconds(1));

    run(retention(0)::forgetKeys);

    assertThat(
            database.jdbc().sql("SELECT created_at FROM idempotency").query(Instant.class).list())
        .containsExactly(clock.instant().minusSeconds(1));
  }

  @Test
  void old_temporary_files_are_swept_and_those_of_jobs_in_work_are_not() throws Exception {
    UUID waiting = accepted(Draft.of("ann")).id();
    UUID unknown = UUID.randomUUID();
    for (UUID job : List.of(waiting, unknown)) {
      inputs.keep(
          job,
          0,
          new ByteArrayInputStream("hello".getBytes(UTF_8)),
          new MediaInput("/inputs/a", "1", "a", InputType.FILE, new FileSource.Text("")),
          "a.txt");
    }
    Path uploads = Files.createDirectories(folder.resolve("uploads"));
    Path old = Files.write(uploads.resolve("old"), new byte[5]);
    Path young = Files.write(uploads.resolve("young"), new byte[5]);
    for (Path path :
        List.of(
            old,
            folder.resolve("inputs").resolve(waiting.toString()),
            folder.resolve("inputs").resolve(unknown.toString()))) {
      Files.setLastModifiedTime(path, FileTime.from(clock.instant().minus(Duration.ofHours(2))));
    }
    Files.setLastModifiedTime(young, FileTime.from(clock.instant()));

    retention(0).sweep();

    assertThat(uploads).isDirectoryNotContaining(file -> file.equals(old));
    assertThat(young).exists();
    assertThat(folder.resolve("inputs").resolve(waiting.toString())).exists();
    assertThat(folder.resolve("inputs").resolve(unknown.toString())).doesNotExist();
  }

  @Test
  void nothing_is_removed_while_the_folder_of_files_is_away() throws IOException {
    Job job = finished("ann", 10);
    clock.advance(KEPT);
    state.down(true);

    assertThat(run(retention(5)::removeFinished)).isFalse();
    assertThat(run(retention(5)::shrinkOutputs)).isFalse();
    retention(5).sweep();
    assertThat(outputs.find(job.id(), 0).orElseThrow().expired()).isEmpty();

    state.down(false);
    run(retention(5)::removeFinished);
    assertThat(queries.find(job.id())).isEmpty();
  }

  private Retention retention(long outputBytes) {
    return new Retention(
        database.jdbc(),
        database.transaction(),
        new Retention.Files(store, inputs, state, List.of(folder.resolve("uploads")), clock),
        new Retention.Rules(
            KEPT, outputBytes == 0 ? Long.MAX_VALUE : outputBytes, KEYS_KEPT, BATCH),
        clock);
  }

  private static boolean run(Consumer<Exchange> step) {
    try (DefaultCamelContext context = new DefaultCamelContext(false)) {
      Exchange exchange = new DefaultExchange(context);
      step.accept(exchange);
      return exchange.getProperty("more", Boolean.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Job finished(String owner, int bytes) {
    Job job = claimed(Draft.of(owner));
    try {
      StoredOutput stored =
          store.store(job.id(), 0, "a.bin", new ByteArrayInputStream(new byte[bytes]));
      transitions.finish(job, JobStatus.SUCCEEDED, job.facts());
      outputs.insert(
          new Output(
              job.id(), 0, new Output.Source("9", "file", "a.bin"), stored, Optional.empty()));
      return job;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int rows(String table) {
    return database.jdbc().sql("SELECT COUNT(*) FROM " + table).query(Integer.class).single();
  }

  private long filesIn(String name) {
    try (Stream<Path> files = Files.walk(folder.resolve(name))) {
      return files.filter(Files::isRegularFile).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
