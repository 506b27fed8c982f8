package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.TestJson;
import io.comfygateway.job.BatchDocument.RefusedRow;
import io.comfygateway.job.BatchStore.NewBatch;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** All jobs of a batch are stored, or none; and one of them is the last to end. */
class BatchStoreTest extends StoreTest {
  private static final String HASH = "a".repeat(64);

  private NewBatch batch(Jobs gateway, int size, Optional<NewJob.Idempotency> key) {
    UUID id = UUID.randomUUID();
    List<NewBatch.Row> rows =
        IntStream.range(0, size)
            .mapToObj(
                n ->
                    new NewBatch.Row(
                        2 * n, gateway.queue().prepare(Draft.of("ann").batch(id).build())))
            .toList();
    BatchDocument document =
        new BatchDocument(
            Optional.of(
                new JobDocument.Callback(
                    "https://hooks.example.org/", Map.of(), "json", Set.of("succeeded"))),
            TestJson.MAPPER.createObjectNode().put("sheet", "March"),
            List.of(new RefusedRow(1, List.of(new Fault("/jobs/1/width", "is too wide")))));
    return new NewBatch(id, "ann", document, rows, key);
  }

  private static Optional<NewJob.Idempotency> key(String key) {
    return Optional.of(new NewJob.Idempotency(key, HASH));
  }

  @Test
  void a_batch_is_read_back_with_its_jobs_in_the_order_of_their_rows() {
    NewBatch made = batch(jobs, 3, Optional.empty());
    batches.accept(made, () -> {});

    Batch found = batches.find(made.id(), "ann").orElseThrow();
    assertThat(found.document()).isEqualTo(made.document());
    assertThat(found.ended()).isEqualTo(new Batch.Ended(3, 0, 0, 0));
    assertThat(batches.find(made.id(), "bob")).isEmpty();
    assertThat(batches.outlines(made.id()))
        .extracting(BatchStore.Outline::place)
        .containsExactly(0, 2, 4);
    assertThat(batches.members(made.id(), 2, 4))
        .extracting(member -> member.job().id())
        .containsExactly(made.jobs().get(1).job().job().id(), made.jobs().get(2).job().job().id());
    UUID first = made.jobs().get(0).job().job().id();
    assertThat(queries.document(first).batch()).contains(made.id());
    assertThat(queries.document(first).prompt()).isNotEmpty();
    assertThat(queries.find(first).orElseThrow().facts())
        .isEqualTo(Draft.of("ann").build().facts());
  }

  @Test
  void a_job_whose_file_is_to_be_fetched_does_not_wait_for_a_server_before() {
    UUID id = UUID.randomUUID();
    PreparedJob job =
        queue.prepare(Draft.of("ann").url("https://example.org/cat.png").batch(id).build());
    BatchDocument document = new BatchDocument(Optional.empty(), null, List.of());
    batches.accept(
        new NewBatch(id, "ann", document, List.of(new NewBatch.Row(0, job)), Optional.empty()),
        () -> {});

    assertThat(queries.find(job.job().id()).orElseThrow().stage()).isEqualTo(Stage.FETCHING);
  }

  @Test
  void nothing_of_a_batch_is_stored_when_the_last_of_it_cannot_be() {
    NewBatch made = batch(jobs, 3, key("rows"));

    assertThatThrownBy(
            () ->
                batches.accept(
                    made,
                    () -> {
                      throw new IllegalStateException("the process is killed here");
                    }))
        .hasMessageContaining("killed");

    assertThat(batches.find(made.id())).isEmpty();
    assertThat(queue.waiting()).isZero();
    assertThat(batches.accept(batch(jobs, 3, key("rows")), () -> {}).replayed()).isFalse();
    assertThat(queue.waiting()).isEqualTo(3);
  }

  @Test
  void no_job_of_a_batch_that_is_to_be_cancelled_starts_while_others_of_the_caller_do() {
    NewBatch made = batch(jobs, 4, Optional.empty());
    batches.accept(made, () -> {});
    NewJob other = Draft.of("ann").build();
    queue.accept(other, () -> {});

    assertThat(batches.requestCancel(made.id())).isEqualTo(4);

    assertThat(queue.claim(Map.of("a", 10), Claims.ANYWHERE, 10))
        .extracting(claim -> claim.job().id())
        .containsExactly(other.id());
    assertThat(queries.cancelledWaiting()).hasSize(4);
  }

  @Test
  void a_repeated_request_finds_its_batch_also_when_both_come_at_once() {
    Jobs other = gateway("gateway-2", openOnceMore());
    List<NewBatch> twice = List.of(batch(jobs, 4, key("rows")), batch(other, 4, key("rows")));

    List<Acceptance> accepted =
        AtOnce.run(2, n -> (n == 0 ? jobs : other).batches().accept(twice.get(n), () -> {}));

    assertThat(accepted).extracting(Acceptance::id).hasSize(2);
    assertThat(accepted.get(0).id()).isEqualTo(accepted.get(1).id());
    assertThat(accepted).extracting(Acceptance::replayed).containsExactlyInAnyOrder(true, false);
    assertThat(queue.waiting()).isEqualTo(4);
  }

  @Test
  void a_key_that_made_a_batch_makes_no_job_of_another_body() {
    batches.accept(batch(jobs, 1, key("rows")), () -> {});

    assertThatThrownBy(
            () -> queue.accept(Draft.of("ann").key("rows", "b".repeat(64)).build(), () -> {}))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.type()).isEqualTo(ProblemType.IDEMPOTENCY_CONFLICT));
  }

  @Test
  void a_batch_that_would_fill_the_queue_beyond_its_limit_is_refused_whole() {
    Jobs limited =
        gateway("gateway-1", database, QueueLimits.same(5, QueueLimits.PerCaller.UNLIMITED));
    limited.batches().accept(batch(limited, 3, Optional.empty()), () -> {});

    assertThatThrownBy(
            () -> limited.batches().accept(batch(limited, 3, Optional.empty()), () -> {}))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.type()).isEqualTo(ProblemType.QUEUE_FULL))
        .hasMessageContaining("this request brings 3");
    limited.batches().accept(batch(limited, 2, Optional.empty()), () -> {});
    assertThat(limited.queue().waiting()).isEqualTo(5);
  }

  @Test
  void the_batch_ends_with_its_last_job_and_once() {
    NewBatch made = batch(jobs, 3, Optional.empty());
    batches.accept(made, () -> {});

    assertThat(ended(made.id(), JobStatus.SUCCEEDED)).isEmpty();
    assertThat(ended(made.id(), JobStatus.CANCELLED)).isEmpty();
    Batch last = ended(made.id(), JobStatus.FAILED).orElseThrow();

    assertThat(last.ended()).isEqualTo(new Batch.Ended(3, 1, 1, 1));
    assertThat(last.result()).isEqualTo(JobStatus.FAILED);
    assertThat(last.finished()).contains(clock.instant());
    assertThat(batches.find(made.id()).orElseThrow().finished()).isPresent();
  }

  @Test
  void of_jobs_that_end_at_once_on_two_gateways_one_is_the_last() {
    Jobs other = gateway("gateway-2", openOnceMore());
    NewBatch made = batch(jobs, 8, Optional.empty());
    batches.accept(made, () -> {});

    List<Optional<Batch>> told =
        AtOnce.run(8, n -> ended(n % 2 == 0 ? jobs : other, made.id(), JobStatus.SUCCEEDED));

    assertThat(told.stream().flatMap(Optional::stream)).hasSize(1);
  }

  private Optional<Batch> ended(UUID id, JobStatus how) {
    return ended(jobs, id, how);
  }

  private Optional<Batch> ended(Jobs gateway, UUID id, JobStatus how) {
    return database.transaction().execute(tx -> gateway.batches().ended(id, how));
  }
}
