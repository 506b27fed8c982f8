package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.LongPollLimit;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jobs of a request to a door: made, found again by a retry, waited for. */
class DoorJobsTest {
  private static final String CAT = "{\"inputs\":{\"prompt\":\"a cat\"}}";
  private static final String RETRIES = "x-stainless-retry-count";
  private static final Duration LONGEST = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private SubmissionFixture fixture;
  private DoorJobs doorJobs;

  @BeforeEach
  void open() {
    fixture = new SubmissionFixture(folder);
    doorJobs = restarted();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private DoorJobs restarted() {
    return new DoorJobs(
        fixture.jobs.queue(),
        fixture.jobs.queries(),
        fixture.view,
        TestJson.MAPPER,
        fixture.clock,
        LONGEST);
  }

  private Exchange request(String body, String... headers) {
    Exchange exchange = fixture.received("txt2img", body, Map.of());
    exchange.setProperty(RequestContent.WORKFLOW, "txt2img");
    for (int i = 0; i < headers.length; i += 2) {
      exchange.getMessage().setHeader(headers[i], headers[i + 1]);
    }
    return exchange;
  }

  /** Makes so many jobs for a request, as direct:door-submit does. */
  private List<UUID> submit(Exchange exchange, String caller, int count) {
    List<UUID> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      doorJobs.next(exchange, SubmissionFixture.caller(caller));
      UUID found = exchange.getProperty(JobResponses.JOB_ID, UUID.class);
      UUID job = found == null ? store(exchange, caller) : found;
      doorJobs.made(exchange, job);
      made.add(job);
    }
    return made;
  }

  private UUID store(Exchange exchange, String caller) {
    return fixture
        .jobs
        .queue()
        .accept(
            Draft.of(caller)
                .key(
                    exchange.getMessage().getHeader(IdempotencyKeys.HEADER, String.class),
                    exchange.getProperty(SubmissionReader.REQUEST_HASH, String.class))
                .build(),
            () -> {})
        .id();
  }

  private UUID submit(String body, String... headers) {
    return submit(request(body, headers), "alice", 1).get(0);
  }

  private void end(UUID job, JobStatus status) {
    Job claimed =
        fixture.jobs.queue().claim(Map.of("gpu-1", 100), (backend, needs) -> true, 100).stream()
            .map(claim -> claim.job())
            .filter(one -> one.id().equals(job))
            .findFirst()
            .orElseThrow();
    fixture.jobs.transitions().finish(claimed, status, claimed.facts());
  }

  @Test
  void each_job_of_a_request_has_the_same_body_and_a_key_of_its_own() {
    Exchange exchange = request(CAT, IdempotencyKeys.HEADER, "mine", "Accept", "image/png");

    doorJobs.next(exchange, SubmissionFixture.caller("alice"));
    Map<String, Object> first = Map.copyOf(exchange.getMessage().getHeaders());
    exchange.getMessage().setBody("what a step left");
    exchange.setProperty("replayed", true);
    doorJobs.made(exchange, UUID.randomUUID());
    doorJobs.next(exchange, SubmissionFixture.caller("alice"));

    assertThat(first)
        .containsEntry(IdempotencyKeys.HEADER, "mine-0")
        .containsEntry("workflow", "txt2img")
        .containsEntry("respond", "accepted")
        .doesNotContainKey("Accept");
    assertThat(exchange.getMessage().getHeader(IdempotencyKeys.HEADER)).isEqualTo("mine-1");
    assertThat(exchange.getMessage().getBody(String.class)).isEqualTo(CAT);
    assertThat(exchange.getProperty("replayed")).isNull();
  }

  @Test
  void without_a_key_of_the_caller_each_job_gets_a_new_one() {
    assertThat(submit(CAT)).isNotEqualTo(submit(CAT));
  }

  @Test
  void a_retry_finds_the_job_of_the_same_request_also_after_a_restart() {
    UUID job = submit(CAT);
    doorJobs = restarted();

    assertThat(submit(CAT, RETRIES, "1")).isEqualTo(job);
    assertThat(submit(CAT.replace("cat", "dog"), RETRIES, "1")).isNotEqualTo(job);
  }

  @Test
  void a_retry_for_several_images_finds_each_of_their_jobs() {
    List<UUID> made = submit(request(CAT), "alice", 3);

    assertThat(submit(request(CAT, RETRIES, "2"), "alice", 3)).isEqualTo(made);
  }

  @Test
  void a_retry_finds_no_job_of_another_caller() {
    UUID ofBob = submit(request(CAT), "bob", 1).get(0);

    assertThat(submit(CAT, RETRIES, "1")).isNotEqualTo(ofBob);
  }

  @Test
  void a_retry_finds_no_job_that_was_answered() {
    Exchange exchange = request(CAT);
    UUID job = submit(exchange, "alice", 1).get(0);
    end(job, JobStatus.SUCCEEDED);
    doorJobs.hold(exchange, "direct:then");
    doorJobs.finished(exchange);

    assertThat(submit(CAT, RETRIES, "1")).isNotEqualTo(job);
  }

  @Test
  void a_retry_after_an_hour_and_a_quarter_makes_a_new_job() {
    UUID job = submit(CAT);
    fixture.clock.advance(Duration.ofMinutes(75));

    assertThat(submit(CAT, RETRIES, "1")).isNotEqualTo(job);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "", "-1", "x", "1e3", "9999", "1, 1"})
  void what_is_no_count_of_retries_is_no_retry(String count) {
    UUID job = submit(CAT);

    assertThat(submit(CAT, RETRIES, count)).isNotEqualTo(job);
  }

  @Test
  void the_bytes_of_files_are_part_of_a_request() throws IOException {
    UUID job = submit(withFile("one"), "alice", 1).get(0);
    Exchange other = withFile("two");
    other.getMessage().setHeader(RETRIES, "1");
    Exchange same = withFile("one");
    same.getMessage().setHeader(RETRIES, "1");

    assertThat(submit(other, "alice", 1)).doesNotContain(job);
    assertThat(submit(same, "alice", 1)).containsExactly(job);
  }

  private Exchange withFile(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("upload-" + content), content);
    Exchange exchange = request(CAT);
    exchange.setProperty(
        GatewayHttpConsumer.FORM,
        new ReceivedForm(
            Map.of(),
            List.of(
                new ReceivedForm.File(
                    "image.0",
                    "cat.png",
                    "image/png",
                    file,
                    content.getBytes(StandardCharsets.UTF_8).length))));
    return exchange;
  }

  @Test
  void a_request_waits_for_each_of_its_jobs_and_no_longer_than_it_may() {
    Exchange exchange = request(CAT);
    List<UUID> made = submit(exchange, "alice", 2);

    doorJobs.hold(exchange, "direct:then");
    LongPollLimit first = exchange.getProperty(LongPollLimit.PROPERTY, LongPollLimit.class);
    end(made.get(1), JobStatus.SUCCEEDED);
    fixture.clock.advance(Duration.ofSeconds(20));
    exchange.removeProperty(LongPollLimit.PROPERTY);
    doorJobs.finished(exchange);
    LongPollLimit second = exchange.getProperty(LongPollLimit.PROPERTY, LongPollLimit.class);

    assertThat(first.job()).isEqualTo(made.get(1));
    assertThat(first.time()).isEqualTo(LONGEST);
    assertThat(first.then()).isEqualTo("direct:then");
    assertThat(second.job()).isEqualTo(made.get(0));
    assertThat(second.time()).isEqualTo(LONGEST.minusSeconds(20));
    assertThat(exchange.isRouteStop()).isTrue();
  }

  @Test
  void when_its_time_has_passed_the_job_goes_on_and_the_answer_says_so() {
    Exchange exchange = request(CAT);
    UUID job = submit(exchange, "alice", 1).get(0);
    doorJobs.hold(exchange, "direct:then");
    fixture.clock.advance(LONGEST);

    Problem problem = catchThrowableOfType(Problem.class, () -> doorJobs.finished(exchange));

    assertThat(problem.type()).isEqualTo(ProblemType.JOB_NOT_READY);
    assertThat(problem.headers()).containsEntry("Retry-After", "1");
    assertThat(problem.job()).contains(job);
    assertThat(submit(CAT, RETRIES, "1")).as("a retry waits for it").isEqualTo(job);
  }

  @Test
  void all_of_its_jobs_are_the_body_as_the_api_shows_them() {
    Exchange exchange = request(CAT);
    List<UUID> made = submit(exchange, "alice", 1);
    doorJobs.hold(exchange, "direct:then");
    end(made.get(0), JobStatus.SUCCEEDED);
    exchange.getMessage().setHeader("left", "over");

    doorJobs.finished(exchange);

    JsonNode body = exchange.getMessage().getBody(JsonNode.class);
    assertThat(body).hasSize(1);
    assertThat(body.at("/0/id").asText()).isEqualTo(made.get(0).toString());
    assertThat(body.at("/0/status").asText()).isEqualTo("succeeded");
    assertThat(exchange.getMessage().getHeaders()).isEmpty();
  }

  @Test
  void a_job_that_failed_is_the_answer_to_its_request_and_not_to_a_later_one() {
    Exchange exchange = request(CAT);
    UUID job = submit(exchange, "alice", 1).get(0);
    doorJobs.hold(exchange, "direct:then");
    end(job, JobStatus.FAILED);

    Problem problem = catchThrowableOfType(Problem.class, () -> doorJobs.finished(exchange));

    assertThat(problem.type()).isEqualTo(ProblemType.JOB_FAILED);
    assertThat(submit(CAT, RETRIES, "1")).isNotEqualTo(job);
  }

  @Test
  void a_product_may_wait_shorter_and_shows_jobs_of_any_status() {
    Exchange exchange = request(CAT);
    exchange.setProperty("holdSeconds", "5");
    List<UUID> made = submit(exchange, "alice", 2);
    doorJobs.hold(exchange, "direct:then");
    LongPollLimit limit = exchange.getProperty(LongPollLimit.PROPERTY, LongPollLimit.class);
    end(made.get(1), JobStatus.FAILED);

    doorJobs.settled(exchange);
    boolean waits = exchange.isRouteStop();
    fixture.clock.advance(Duration.ofSeconds(5));
    doorJobs.settled(exchange);

    assertThat(limit.time()).isEqualTo(Duration.ofSeconds(5));
    assertThat(waits).isTrue();
    assertThat(exchange.getMessage().getBody(JsonNode.class).findValuesAsText("status"))
        .containsExactly("queued", "failed");
    assertThat(submit(request(CAT, RETRIES, "1"), "alice", 2).get(0))
        .as("what has not ended is found by a retry")
        .isEqualTo(made.get(0));
  }

  @Test
  void no_product_waits_longer_than_a_door_may() {
    Exchange exchange = request(CAT);
    exchange.setProperty("holdSeconds", "300");
    submit(exchange, "alice", 1);

    doorJobs.hold(exchange, "direct:then");

    assertThat(exchange.getProperty(LongPollLimit.PROPERTY, LongPollLimit.class).time())
        .isEqualTo(LONGEST);
  }

  @Test
  void a_job_that_a_step_found_is_the_only_one_of_the_request() {
    UUID job = submit(CAT);
    Exchange exchange = request("");

    doorJobs.found(exchange, fixture.jobs.queries().find(job).orElseThrow());
    doorJobs.shown(exchange);

    assertThat(DoorJobs.jobs(exchange)).containsExactly(job);
    assertThat(exchange.getMessage().getBody(JsonNode.class).at("/0/status").asText())
        .isEqualTo("queued");
  }

  @Test
  void a_job_that_is_no_longer_kept_is_said_to_be_so() {
    Exchange exchange = request(CAT);
    submit(exchange, "alice", 1);
    doorJobs.made(exchange, UUID.randomUUID());
    doorJobs.hold(exchange, "direct:then");
    end(DoorJobs.jobs(exchange).get(0), JobStatus.SUCCEEDED);

    Problem problem = catchThrowableOfType(Problem.class, () -> doorJobs.finished(exchange));

    assertThat(problem.type()).isEqualTo(ProblemType.JOB_EXPIRED);
  }
}
