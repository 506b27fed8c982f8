package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is stored when a job is accepted, and who gets to read it. */
class JobAcceptanceTest extends StoreTest {
  private static final String HASH = "a".repeat(64);
  private static final String OTHER_HASH = "b".repeat(64);

  @Test
  void an_idempotency_key_is_not_kept_in_the_clear() {
    queue.accept(Draft.of("me").key("customer-4711", "body").build(), () -> {});

    assertThat(keptKeys()).hasSize(1).noneMatch(key -> key.contains("4711"));
  }

  @Test
  void callers_with_the_same_idempotency_key_are_not_seen_to_have_it() {
    queue.accept(Draft.of("ann").key("1", "body").build(), () -> {});
    queue.accept(Draft.of("bob").key("1", "body").build(), () -> {});

    assertThat(keptKeys()).doesNotHaveDuplicates().hasSize(2);
  }

  @Test
  void keys_that_an_older_version_kept_in_the_clear_are_hashed_and_still_count() {
    UUID job = accepted(Draft.of("me")).id();
    NewJob.Idempotency key = new NewJob.Idempotency("customer-4711", "body");
    database
        .jdbc()
        .sql("INSERT INTO idempotency VALUES ('me', 'customer-4711', 'body', :job, :now)")
        .param("job", job)
        .param("now", JobRows.at(clock.instant()))
        .update();
    assertThat(queue.replayOf("me", key)).contains(new Acceptance(job, true));

    queue.hashIdempotencyKeys();

    assertThat(keptKeys()).hasSize(1).noneMatch(kept -> kept.contains("4711"));
    assertThat(queue.replayOf("me", key)).contains(new Acceptance(job, true));
  }

  private List<String> keptKeys() {
    return database.jdbc().sql("SELECT idem_key FROM idempotency").query(String.class).list();
  }

  @Test
  void a_job_is_read_back_as_it_was_accepted() {
    NewJob full = Draft.full("me").build();
    queue.accept(full, () -> {});

    Job job = queries.find(full.id()).orElseThrow();
    assertThat(job)
        .isEqualTo(
            new Job(
                full.id(),
                job.sequence(),
                "me",
                full.workflow(),
                JobStatus.QUEUED,
                Stage.QUEUED,
                7,
                new Job.Place(Optional.empty(), 0, 0),
                Job.Times.waiting(clock.instant(), full.expires()),
                Optional.of(600),
                false,
                full.facts(),
                job.requirementsHash(),
                Optional.empty()));
    assertThat(queries.document(full.id())).isEqualTo(full.document());
  }

  @Test
  void what_a_job_does_not_say_stays_unsaid() {
    NewJob plain = Draft.of("me").build();
    queue.accept(plain, () -> {});

    Job job = queries.find(plain.id()).orElseThrow();
    assertThat(job.workflow()).isEmpty();
    assertThat(job.timeoutSeconds()).isEmpty();
    assertThat(job.times().expires()).isEmpty();
    assertThat(job.times().started()).isEmpty();
    assertThat(job.place().backend()).isEmpty();
    assertThat(queries.document(plain.id())).isEqualTo(plain.document());
  }

  @Test
  void every_accepted_job_has_a_later_sequence_number() {
    List<Long> sequences =
        IntStream.range(0, 5).mapToObj(n -> accepted(Draft.of("me")).sequence()).toList();

    assertThat(sequences).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void a_job_is_not_stored_when_what_belongs_to_it_is_not() {
    NewJob job = Draft.of("me").key("order", HASH).build();

    assertThatThrownBy(
            () ->
                queue.accept(
                    job,
                    () -> {
                      throw new IllegalStateException("no room");
                    }))
        .hasMessage("no room");

    assertThat(queries.find(job.id())).isEmpty();
    assertThat(queue.replayOf("me", new NewJob.Idempotency("order", HASH))).isEmpty();
  }

  @Test
  void a_document_that_does_not_fit_is_refused_before_anything_is_stored() {
    NewJob small = Draft.of("me").build();
    StringBuilder noise = new StringBuilder();
    new java.util.Random(1).ints(1_500_000, 32, 127).forEach(c -> noise.append((char) c));
    small.document().prompt().deepCopy();
    JobDocument large =
        new JobDocument(
            small.document().prompt().deepCopy().put("noise", noise.toString()),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty());
    NewJob job =
        new NewJob(
            small.id(),
            "me",
            Optional.empty(),
            0,
            Optional.empty(),
            Optional.empty(),
            large,
            small.facts(),
            Optional.empty(),
            GraphRequirements.NONE);

    Problem problem = catchThrowableOfType(Problem.class, () -> queue.accept(job, () -> {}));

    assertThat(problem.type()).isEqualTo(ProblemType.TOO_LARGE);
    assertThat(queries.find(job.id())).isEmpty();
  }

  @Test
  void another_caller_does_not_find_the_job() {
    Job job = accepted(Draft.of("me"));

    assertThat(queries.find(job.id(), "me")).contains(job);
    assertThat(queries.find(job.id(), "you")).isEmpty();
    assertThat(queries.find(UUID.randomUUID())).isEmpty();
  }

  @Test
  void the_same_key_and_body_give_the_same_job_again() {
    Acceptance first = queue.accept(Draft.of("me").key("order-17", HASH).build(), () -> {});
    Acceptance again = queue.accept(Draft.of("me").key("order-17", HASH).build(), () -> {});

    assertThat(first.replayed()).isFalse();
    assertThat(again).isEqualTo(new Acceptance(first.id(), true));
    assertThat(queue.waiting()).isEqualTo(1);
  }

  @Test
  void another_body_under_the_same_key_is_a_conflict() {
    queue.accept(Draft.of("me").key("order-17", HASH).build(), () -> {});

    Problem problem =
        catchThrowableOfType(
            Problem.class,
            () -> queue.accept(Draft.of("me").key("order-17", OTHER_HASH).build(), () -> {}));

    assertThat(problem.type()).isEqualTo(ProblemType.IDEMPOTENCY_CONFLICT);
    assertThat(problem).hasMessageContaining("Idempotency-Key");
    assertThat(queue.waiting()).isEqualTo(1);
  }

  @Test
  void callers_do_not_share_their_keys() {
    queue.accept(Draft.of("me").key("order-17", HASH).build(), () -> {});
    Acceptance other = queue.accept(Draft.of("you").key("order-17", OTHER_HASH).build(), () -> {});

    assertThat(other.replayed()).isFalse();
  }

  @Test
  void a_key_is_free_again_after_24_hours() {
    Acceptance first = queue.accept(Draft.of("me").key("order-17", HASH).build(), () -> {});

    clock.advance(KEYS_KEPT.minusMillis(1));
    assertThat(queue.accept(Draft.of("me").key("order-17", HASH).build(), () -> {}))
        .isEqualTo(new Acceptance(first.id(), true));

    clock.advance(Duration.ofMillis(1));
    Acceptance later = queue.accept(Draft.of("me").key("order-17", OTHER_HASH).build(), () -> {});
    assertThat(later.replayed()).isFalse();
    assertThat(later.id()).isNotEqualTo(first.id());
  }

  @Test
  void one_key_sent_eight_times_at_once_makes_one_job() {
    List<Acceptance> answers =
        AtOnce.run(8, n -> queue.accept(Draft.of("me").key("order-17", HASH).build(), () -> {}));

    assertThat(answers).extracting(Acceptance::id).containsOnly(answers.get(0).id());
    assertThat(answers).filteredOn(answer -> !answer.replayed()).hasSize(1);
    assertThat(queue.waiting()).isEqualTo(1);
  }

  @Test
  void a_caller_lists_its_own_jobs_newest_first() {
    Job first = accepted(Draft.of("me"));
    accepted(Draft.of("you"));
    Job last = accepted(Draft.of("me"));

    assertThat(list(Optional.empty(), Optional.empty())).containsExactly(last, first);
  }

  @Test
  void a_list_is_narrowed_by_status_and_workflow() {
    Job running = claimed(Draft.of("me").workflow("txt2img@1"));
    transitions.started(running.id(), running.fence());
    Job newer = accepted(Draft.of("me").workflow("txt2img@2"));
    Job alike = accepted(Draft.of("me").workflow("txt_img@1"));
    accepted(Draft.of("me").workflow("txt2img-large@1"));
    accepted(Draft.of("me"));

    assertThat(ids(list(Optional.of(JobStatus.RUNNING), Optional.empty())))
        .containsExactly(running.id());
    assertThat(ids(list(Optional.empty(), Optional.of("txt2img"))))
        .containsExactly(newer.id(), running.id());
    assertThat(ids(list(Optional.empty(), Optional.of("txt2img@2")))).containsExactly(newer.id());
    assertThat(ids(list(Optional.of(JobStatus.QUEUED), Optional.of("txt2img"))))
        .containsExactly(newer.id());
    assertThat(ids(list(Optional.empty(), Optional.of("txt_img")))).containsExactly(alike.id());
  }

  @Test
  void pages_of_a_list_leave_nothing_out_and_repeat_nothing() {
    List<Job> all = IntStream.range(0, 7).mapToObj(n -> accepted(Draft.of("me"))).toList();

    List<Job> pages = new ArrayList<>();
    long before = Long.MAX_VALUE;
    List<Job> page = listed(Optional.of("me"), Optional.empty(), Optional.empty(), before, 3);
    while (!page.isEmpty()) {
      pages.addAll(page);
      before = page.get(page.size() - 1).sequence();
      page = listed(Optional.of("me"), Optional.empty(), Optional.empty(), before, 3);
    }

    assertThat(ids(pages)).containsExactlyElementsOf(ids(reversed(all)));
  }

  @Test
  void times_are_kept_to_the_millisecond() {
    Instant precise = Instant.parse("2026-03-01T12:00:05.123456789Z");

    Job job = accepted(Draft.of("me").expires(precise));

    assertThat(job.times().expires()).contains(Instant.parse("2026-03-01T12:00:05.123Z"));
  }

  private List<Job> list(Optional<JobStatus> status, Optional<String> workflow) {
    return listed(Optional.of("me"), status, workflow, Long.MAX_VALUE, 100);
  }

  private static List<UUID> ids(List<Job> jobs) {
    return jobs.stream().map(Job::id).toList();
  }

  private static List<Job> reversed(List<Job> jobs) {
    List<Job> reversed = new ArrayList<>(jobs);
    java.util.Collections.reverse(reversed);
    return reversed;
  }
}
