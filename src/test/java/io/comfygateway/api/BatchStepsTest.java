package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.access.Caller;
import io.comfygateway.access.KeyRestrictions;
import io.comfygateway.access.Scope;
import io.comfygateway.job.Batch;
import io.comfygateway.job.Job;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each step of a batch, without a gateway. */
class BatchStepsTest {
  private static final String PROMPT =
      "'prompt': {'1': {'class_type': 'SaveImage', 'inputs': {'filename_prefix': 'a'}}}";
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Caller ALICE = SubmissionFixture.caller("alice");

  private SubmissionFixture fixture;
  private BatchRequests requests;
  private BatchRows rows;
  private BatchAdmission admission;
  private BatchReader reader;

  @BeforeEach
  void open(@TempDir Path folder) {
    fixture = new SubmissionFixture(folder);
    Map<String, Object> steps =
        fixture.batchSteps(new BatchLimits(3, 1_000_000, 1_000_000, LONGEST));
    requests = (BatchRequests) steps.get("batchRequests");
    rows = (BatchRows) steps.get("batchRows");
    admission = (BatchAdmission) steps.get("batchAdmission");
    reader = (BatchReader) steps.get("batchReader");
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private Exchange read(String json) {
    Exchange exchange =
        fixture.received(null, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Map.of());
    requests.read(exchange, ALICE);
    return exchange;
  }

  private Exchange checked(String json) throws IOException {
    Exchange exchange = read(json);
    requests.check(exchange, batch(exchange));
    return exchange;
  }

  private static BatchSubmission batch(Exchange exchange) {
    return exchange.getProperty("batch", BatchSubmission.class);
  }

  // As the route batches-row does it.
  private void takeRow(Exchange exchange, int place) throws IOException {
    rows.row(exchange, batch(exchange), place);
    fixture.graphSource.find(exchange);
    fixture.inputs.apply(exchange);
    rows.add(exchange, batch(exchange), place);
    rows.forget(exchange, batch(exchange));
  }

  private static Problem problem(org.assertj.core.api.ThrowableAssert.ThrowingCallable step) {
    return catchThrowableOfType(Problem.class, step);
  }

  private Batch stored(String json) throws IOException {
    Exchange exchange = checked(json);
    for (int place : rows.places(batch(exchange))) {
      takeRow(exchange, place);
    }
    rows.requireValid(batch(exchange));
    admission.store(exchange, batch(exchange));
    return fixture.jobs.batches().find(batch(exchange).id).orElseThrow();
  }

  // Rows

  @Test
  void each_row_becomes_the_request_of_one_job_with_what_all_share() throws IOException {
    Exchange exchange = checked("{" + PROMPT + ", 'jobs': [{'priority': 3}, {}]}");
    BatchSubmission batch = batch(exchange);
    assertThat(rows.places(batch)).containsExactly(0, 1);

    rows.row(exchange, batch, 0);

    assertThat(SubmissionFixture.body(exchange).path("priority").asInt()).isEqualTo(3);
    assertThat(SubmissionFixture.body(exchange).path("prompt").has("1")).isTrue();
    assertThat(exchange.getProperty("row")).isEqualTo(0);
    assertThat(exchange.getProperty(Submission.PROPERTY, Submission.class).batch)
        .contains(batch.id);
  }

  @Test
  void a_batch_that_takes_too_long_to_check_is_refused_as_a_whole() throws IOException {
    Exchange exchange = checked("{" + PROMPT + ", 'jobs': [{}, {}]}");
    BatchSubmission batch = batch(exchange);
    fixture.clock.advance(LONGEST.plusMillis(1));

    Problem late = problem(() -> rows.row(exchange, batch, 1));

    assertThat(late.type()).isEqualTo(ProblemType.TOO_LARGE);
    assertThat(late).hasMessageContaining("The first 1 jobs").hasMessageContaining("30 s");
    assertThat(problem(() -> rows.refuse(batch, 1, late))).isSameAs(late);
  }

  @Test
  void faults_of_a_row_are_noted_under_its_place() throws IOException {
    Exchange exchange = checked("{" + PROMPT + ", 'jobs': [{}, {}]}");
    BatchSubmission batch = batch(exchange);

    rows.refuse(batch, 0, new Problem(ProblemType.INVALID_INPUT, "It is too wide."));
    rows.refuse(
        batch, 1, Problem.ofField(ProblemType.INVALID_INPUT, "/width", "width is too wide."));

    assertThat(batch.refused)
        .flatExtracting(row -> row.errors())
        .containsExactly(
            new Fault("/jobs/0", "It is too wide."),
            new Fault("/jobs/1/width", "width is too wide."));
  }

  @Test
  void a_problem_that_is_not_the_rows_own_ends_the_batch() throws IOException {
    BatchSubmission batch = batch(checked("{" + PROMPT + ", 'jobs': [{}]}"));

    for (ProblemType type : List.of(ProblemType.FORBIDDEN, ProblemType.BUSY)) {
      Problem why = new Problem(type, "Not now.");
      assertThat(problem(() -> rows.refuse(batch, 0, why))).as(type.name()).isSameAs(why);
    }
    assertThat(batch.refused).isEmpty();
  }

  @Test
  void all_rows_must_be_valid_unless_the_request_takes_the_valid_ones() throws IOException {
    for (String accept : List.of("all", "valid")) {
      Exchange exchange = checked("{" + PROMPT + ", 'accept': '" + accept + "', 'jobs': [{}, {}]}");
      BatchSubmission batch = batch(exchange);
      takeRow(exchange, 0);
      rows.refuse(batch, 1, new Problem(ProblemType.INVALID_INPUT, "It is too wide"));

      if (accept.equals("valid")) {
        assertThatCode(() -> rows.requireValid(batch)).doesNotThrowAnyException();
      } else {
        assertThat(problem(() -> rows.requireValid(batch)))
            .hasMessage(
                "1 of 2 jobs do not validate, so none was stored: It is too wide. With \"accept\":"
                    + " \"valid\" the others are taken.");
      }
    }
  }

  @Test
  void a_batch_without_any_valid_row_is_refused_also_where_it_takes_the_valid_ones()
      throws IOException {
    BatchSubmission batch = batch(checked("{" + PROMPT + ", 'accept': 'valid', 'jobs': [{}]}"));
    rows.refuse(batch, 0, new Problem(ProblemType.INVALID_INPUT, "It is too wide."));

    assertThat(problem(() -> rows.requireValid(batch)))
        .hasMessage("1 of 1 jobs do not validate, so none was stored: It is too wide.");
  }

  // What is stored

  @Test
  void its_jobs_are_stored_in_the_order_of_the_rows() throws IOException {
    Batch batch = stored("{" + PROMPT + ", 'jobs': [{'priority': 1}, {'priority': 2}]}");

    assertThat(fixture.jobs.batches().members(batch.id(), 0, 9))
        .extracting(member -> member.place())
        .containsExactly(0, 1);
  }

  @Test
  void only_its_owner_and_those_with_the_scope_find_it() throws IOException {
    UUID id = stored("{" + PROMPT + ", 'jobs': [{}]}").id();
    Exchange asking = fixture.received(null, "", Map.of("id", id.toString()));

    reader.find(asking, ALICE);
    assertThat(asking.getProperty("found", Batch.class).id()).isEqualTo(id);

    assertThat(problem(() -> reader.find(asking, SubmissionFixture.caller("bob"))).type())
        .isEqualTo(ProblemType.UNKNOWN_BATCH);
    Caller auditor = new Caller("eve", Set.of(Scope.READ_ALL), KeyRestrictions.NONE);
    assertThatCode(() -> reader.find(asking, auditor)).doesNotThrowAnyException();
    assertThat(problem(() -> reader.findToChange(asking, auditor)).type())
        .isEqualTo(ProblemType.UNKNOWN_BATCH);
  }

  @Test
  void the_jobs_to_cancel_are_those_that_have_not_ended() throws IOException {
    Batch batch = stored("{" + PROMPT + ", 'jobs': [{}, {}]}");

    reader.requestCancel(batch);

    List<UUID> open = reader.open(batch);
    assertThat(open).hasSize(2);
    Exchange exchange = fixture.received(null, "", Map.of());
    reader.job(exchange, open.get(0));
    assertThat(exchange.getProperty("job", Job.class).id()).isEqualTo(open.get(0));
    assertThat(exchange.getProperty("job", Job.class).cancelRequested()).isTrue();
  }

  @Test
  void a_batch_without_an_ended_delivery_has_nothing_to_send_again() throws IOException {
    Batch batch = stored("{" + PROMPT + ", 'jobs': [{}]}");

    assertThat(problem(() -> reader.redeliver(batch)))
        .hasMessageContaining("The batch has no delivery to send");
  }
}
