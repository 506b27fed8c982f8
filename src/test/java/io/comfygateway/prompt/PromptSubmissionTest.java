package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.database.TestSeal;
import io.comfygateway.job.Claim;
import io.comfygateway.job.Draft;
import io.comfygateway.job.FetchQueue;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.Lease;
import io.comfygateway.job.TakenOverException;
import io.comfygateway.pool.Backend;
import io.comfygateway.problem.Warning;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PromptSubmissionTest extends PromptStepsTest {
  private static final String JSON = "application/json";
  private PromptSubmission submission;
  private JsonNode editorFile;

  @BeforeEach
  void make() {
    submission =
        new PromptSubmission(
            queries,
            leases,
            transitions,
            new FetchQueue(
                database.jdbc(),
                database.transaction(),
                TestJson.MAPPER,
                new TestSeal(),
                clock,
                new Lease("gateway-1", LEASE),
                new FetchQueue.Limits(1, 1, PAUSE)),
            database,
            backends,
            tracker,
            (job, prompt) -> Optional.ofNullable(editorFile),
            TestJson.MAPPER,
            "gateway-1",
            Duration.ofSeconds(1));
  }

  private Exchange taken(Job job, Claim claim) {
    Exchange exchange = exchange();
    submission.take(exchange, job.id(), claim);
    return exchange;
  }

  private JsonNode body(Exchange exchange, Claim claim) throws Exception {
    return TestJson.MAPPER.readTree(
        submission.body(
            exchange,
            claim,
            exchange.getProperty("job", Job.class),
            exchange.getProperty("document", JobDocument.class)));
  }

  private void accepted(Exchange exchange, String answer) throws IOException {
    submission.accepted(
        exchange,
        exchange.getProperty("job", Job.class),
        exchange.getProperty("document", JobDocument.class),
        JSON,
        stream(answer));
  }

  private static String acceptedAs(Object promptId) {
    return "{\"prompt_id\":\"%s\",\"number\":1,\"node_errors\":{}}".formatted(promptId);
  }

  @Test
  void the_prompt_of_a_job_that_was_just_claimed_is_known_not_to_be_sent() {
    Claim claim = claim(Draft.full("me"));

    Exchange exchange = taken(claim.job(), claim);

    assertThat(exchange.getProperty("perhapsSent")).isEqualTo(false);
    assertThat(exchange.getProperty("job")).isEqualTo(claim.job());
    assertThat(exchange.getProperty("backend")).isEqualTo(GPU);
    assertThat(exchange.getProperty("document")).isNotNull();
  }

  @Test
  void the_prompt_of_a_job_that_was_taken_up_again_may_have_been_sent() {
    Claim claim = claim(Draft.of("me"));
    Job takenUp = leases.takeOver(claim.job()).orElseThrow();

    assertThat(taken(takenUp, null).getProperty("perhapsSent")).isEqualTo(true);
  }

  @Test
  void a_claim_from_before_the_job_was_taken_up_again_proves_nothing() {
    Claim claim = claim(Draft.of("me"));
    leases.takeOver(claim.job()).orElseThrow();

    assertThat(taken(claim.job(), claim).getProperty("perhapsSent")).isEqualTo(true);
  }

  @Test
  void a_job_that_another_exchange_has_is_not_taken() {
    Claim claim = claim(Draft.of("me"));
    Exchange first = taken(claim.job(), claim);

    assertThat(taken(claim.job(), claim).getProperty("job")).isNull();

    inProgress.release(claim.job().id(), first);
    assertThat(taken(claim.job(), claim).getProperty("job")).isNotNull();
  }

  @Test
  void a_job_whose_prompt_is_on_its_server_is_not_taken() {
    Job job = onServer(Draft.of("me"));

    assertThat(taken(job, null).getProperty("job")).isNull();
  }

  @Test
  void a_job_whose_server_has_left_the_pool_goes_back_into_the_queue() {
    Claim claim = claim(Draft.of("me"));
    backends.replace(List.of(OTHER));
    backends.leave(Set.of());

    assertThat(taken(claim.job(), claim).getProperty("job")).isNull();
    assertThat(now(claim.job()).stage().isWaiting()).isTrue();
  }

  @Test
  void the_prompt_carries_the_id_of_the_job_and_the_client_id_of_the_socket() throws Exception {
    Claim claim = claim(Draft.full("me"));
    running.submissions().claimed(claim.job().id());
    Exchange exchange = taken(claim.job(), claim);

    JsonNode body = body(exchange, claim);

    assertThat(body.path("prompt_id").asText()).isEqualTo(claim.job().id().toString());
    assertThat(body.path("client_id").asText()).isEqualTo("gateway-1");
    assertThat(body.path("prompt")).isEqualTo(queries.document(claim.job().id()).prompt());
    assertThat(body.path("extra_data").has("api_key_comfy_org")).isTrue();
    assertThat(exchange.getProperty("contentType")).isEqualTo(JSON);
    assertThat(running.submissions().isUnsent(claim.job().id())).isFalse();
  }

  @Test
  void the_file_of_the_editor_is_sent_beside_what_the_caller_sent() throws Exception {
    editorFile = TestJson.parse("{\"nodes\":[]}");
    Claim claim =
        claim(
            Draft.full("me")
                .extraData("{\"api_key_comfy_org\":\"k\",\"extra_pnginfo\":{\"shop\":1}}"));

    JsonNode extra = body(taken(claim.job(), claim), claim).path("extra_data");

    assertThat(extra)
        .isEqualTo(
            TestJson.parse(
                "{\"api_key_comfy_org\":\"k\",\"extra_pnginfo\":{\"shop\":1,\"workflow\":{\"nodes\":[]}}}"));
    assertThat(queries.document(claim.job().id()).extraData().orElseThrow().toString())
        .doesNotContain("workflow");
  }

  @Test
  void a_file_of_the_editor_that_the_caller_sent_stays() throws Exception {
    editorFile = TestJson.parse("{\"nodes\":[]}");
    Claim claim =
        claim(Draft.full("me").extraData("{\"extra_pnginfo\":{\"workflow\":{\"mine\":1}}}"));

    JsonNode body = body(taken(claim.job(), claim), claim);

    assertThat(body.at("/extra_data/extra_pnginfo/workflow/mine").asInt()).isEqualTo(1);
  }

  @Test
  void a_job_without_a_file_of_the_editor_is_sent_without_one() throws Exception {
    Claim claim = claim(Draft.of("me"));

    assertThat(body(taken(claim.job(), claim), claim).has("extra_data")).isFalse();
  }

  @Test
  void a_node_that_is_to_run_again_is_changed_and_no_other() throws Exception {
    Claim claim = claim(Draft.of("me"));
    transitions.note(claim.job(), claim.job().facts().withNodesAgain(List.of("6", "no-such-node")));
    Job again = leases.takeOver(now(claim.job())).orElseThrow();
    Exchange exchange = taken(again, null);

    JsonNode graph = body(exchange, null).path("prompt");

    assertThat(graph.path("6").path("inputs").path("gateway_again").asText())
        .isEqualTo(again.id().toString());
    assertThat(graph.findValues("gateway_again")).hasSize(1);
    assertThat(graph.has("no-such-node")).isFalse();
  }

  @Test
  void nothing_is_sent_for_a_job_that_another_gateway_has() {
    Claim claim = claim(Draft.of("me"));
    Exchange exchange = taken(claim.job(), claim);
    clock.advance(LEASE.plusMillis(1));
    gateway("gateway-2").leases().takeOver(claim.job()).orElseThrow();

    assertThatThrownBy(() -> body(exchange, claim)).isInstanceOf(TakenOverException.class);
  }

  @Test
  void an_accepted_prompt_is_on_its_server_and_its_job_is_released() throws Exception {
    Claim claim = claim(Draft.of("me"));
    Exchange exchange = taken(claim.job(), claim);
    body(exchange, claim);

    accepted(exchange, acceptedAs(claim.job().id()));

    assertThat(running.find(claim.job().id()).orElseThrow().backend()).isEqualTo("gpu-1");
    assertThat(inProgress.has(claim.job().id())).isFalse();
    assertThat(exchange.getProperty("endedMeanwhile")).isEqualTo(false);
  }

  @Test
  void a_prompt_that_ends_before_its_answer_is_read_is_polled_at_once() throws Exception {
    Claim claim = claim(Draft.of("me"));
    Exchange exchange = taken(claim.job(), claim);
    body(exchange, claim);
    endsOnSocket(claim.job().id());

    accepted(exchange, acceptedAs(claim.job().id()));

    assertThat(exchange.getProperty("endedMeanwhile")).isEqualTo(true);
  }

  @Test
  void outputs_that_ComfyUI_leaves_out_become_warnings() throws Exception {
    Claim claim = claim(Draft.of("me"));
    Exchange exchange = taken(claim.job(), claim);
    ObjectNode answer =
        Recordings.body("one output valid and one not (accepted, with node_errors)").deepCopy();
    answer.put("prompt_id", claim.job().id().toString());

    accepted(exchange, answer.toString());

    assertThat(now(claim.job()).facts().warnings())
        .extracting(Warning::code)
        .isNotEmpty()
        .containsOnly("outputs_left_out");
    assertThat(running.find(claim.job().id()).orElseThrow().claimed().facts().warnings())
        .isNotEmpty();
  }

  @Test
  void a_ComfyUI_that_gives_the_prompt_another_id_is_found_out() {
    Claim claim = claim(Draft.of("me"));
    Exchange exchange = taken(claim.job(), claim);
    JsonNode answer = Recordings.body("submit without prompt_id (the server picks one)");

    assertThatThrownBy(() -> accepted(exchange, answer.toString()))
        .isInstanceOfSatisfying(
            ForeignPromptException.class,
            why -> assertThat(why.promptId()).isEqualTo(answer.path("prompt_id").asText()));
    assertThat(running.has(claim.job().id())).isFalse();
  }

  @Test
  void a_page_with_status_200_is_no_answer_to_a_prompt() {
    Claim claim = claim(Draft.of("me"));
    Exchange exchange = taken(claim.job(), claim);

    for (String page : List.of("<html>log in</html>", "{\"prompt_id\":7}", "[]", "")) {
      assertThatThrownBy(() -> accepted(exchange, page))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("application/json that names no prompt_id");
    }
    assertThat(running.has(claim.job().id())).isFalse();
  }

  @Test
  void a_rejected_prompt_says_the_status_and_when_to_come_back() {
    assertThatThrownBy(() -> submission.rejected(429, "text/html", "7"))
        .isInstanceOfSatisfying(
            RequestRejectedException.class, why -> assertThat(why.retryAfter()).isEqualTo("7"))
        .hasMessageStartingWith("it answered 429 with text/html to POST /prompt");
  }

  @Test
  void why_it_is_not_known_whether_a_prompt_arrived_is_kept() {
    Job job = claim(Draft.of("me")).job();

    submission.unclear(job, new SocketTimeoutException("Read timed out"));

    assertThat(running.submissions().whyUnclear(job.id())).contains("Read timed out");
  }

  @Test
  void a_prompt_that_reached_no_server_goes_back_without_counting_and_the_server_is_out() {
    Job job = claim(Draft.of("me")).job();

    submission.giveBack(job, GPU, new ConnectException("Connection refused"));

    assertThat(backends.health().isUp("gpu-1")).isFalse();
    assertThat(now(job).stage().isWaiting()).isTrue();
    assertThat(now(job).place().attempts()).isZero();
    assertThat(queue.claim(Map.of("gpu-2", 1), (backend, needs) -> true, 1)).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    assertThat(queue.claim(Map.of("gpu-2", 1), (backend, needs) -> true, 1))
        .extracting(claim -> claim.job().place().attempts())
        .containsExactly(1);
  }

  @Test
  void a_server_whose_address_changed_keeps_its_jobs_until_they_are_done() {
    Claim claim = claim(Draft.of("me"));
    backends.replace(List.of(new Backend("gpu-1", URI.create("http://127.0.0.1:9"), 2)));

    assertThat(taken(claim.job(), claim).getProperty("backend")).isEqualTo(GPU);
  }
}
