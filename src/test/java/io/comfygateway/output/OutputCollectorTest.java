package io.comfygateway.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.TestJson;
import io.comfygateway.files.FolderJobFiles;
import io.comfygateway.files.FreeSpace;
import io.comfygateway.job.Draft;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.Stage;
import io.comfygateway.job.StoreTest;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.pool.SocketPictures;
import io.comfygateway.problem.Warning;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** Which job is collected by whom, and what its outputs are. */
class OutputCollectorTest extends StoreTest {
  private static final String ONE_IMAGE =
      """
      {"9": {"images": [{"filename": "a.png", "subfolder": "", "type": "output"}]}}""";
  private static final Duration PAUSE = Duration.ofSeconds(3);

  private final InProgress inProgress = new InProgress();

  @Test
  void a_job_whose_prompt_succeeded_is_taken_with_its_files() throws Exception {
    Job job = collecting(ONE_IMAGE);
    Exchange exchange = exchange();

    collector("gpu-1").take(exchange, job.id(), null);

    assertThat(exchange.getProperty("job", Job.class).id()).isEqualTo(job.id());
    assertThat(files(exchange)).extracting(OutputFile::filename).containsExactly("a.png");
    assertThat(inProgress.has(job.id())).isTrue();
  }

  @Test
  void a_second_exchange_does_not_take_a_job_that_one_works_on() throws Exception {
    Job job = collecting(ONE_IMAGE);
    collector("gpu-1").take(exchange(), job.id(), null);
    Exchange second = exchange();

    collector("gpu-1").take(second, job.id(), null);

    assertThat(second.getProperty("job")).isNull();
  }

  @Test
  void a_job_of_another_gateway_or_of_another_stage_is_not_taken() throws Exception {
    Job foreign = collecting(ONE_IMAGE);
    gateway("gateway-2").leases().takeOver(foreign).orElseThrow();
    Exchange exchange = exchange();
    collector("gpu-1").take(exchange, foreign.id(), null);
    assertThat(exchange.getProperty("job")).isNull();

    Job running = claimed(Draft.of("me"));
    collector("gpu-1").take(exchange, running.id(), null);
    assertThat(exchange.getProperty("job")).isNull();
  }

  @Test
  void a_second_attempt_after_a_crash_starts_with_no_stored_output() throws Exception {
    Job job = collecting(ONE_IMAGE);
    collector("gpu-1").take(exchange(), job.id(), null);
    Job taken = leases.takeOver(queries.find(job.id()).orElseThrow()).orElseThrow();
    Exchange again = exchange();

    collector("gpu-1", new InProgress()).take(again, taken.id(), null);

    assertThat(again.getProperty("job", Job.class).fence()).isEqualTo(taken.fence());
    assertThat(again.getProperty("stored")).isEqualTo(List.of());
  }

  @Test
  void a_job_whose_backend_has_left_the_pool_runs_again() throws Exception {
    Job job = collecting(ONE_IMAGE);
    Exchange exchange = exchange();

    collector("gpu-2").take(exchange, job.id(), null);

    assertThat(exchange.getProperty("job")).isNull();
    assertThat(queries.find(job.id()).orElseThrow().stage()).isEqualTo(Stage.QUEUED);
  }

  @Test
  void a_prompt_without_outputs_succeeds_with_a_warning() throws Exception {
    Exchange exchange = exchange();
    Job job = take(exchange, "{}");

    addPictures(exchange, job);

    assertThat(files(exchange)).isEmpty();
    assertThat(codes(exchange)).containsExactly("no_outputs");
  }

  @Test
  void a_picture_of_the_socket_that_was_not_received_fails_the_collect() throws Exception {
    Exchange exchange = exchange();
    Job job = take(exchange, "{}", "SaveImageWebsocket");

    assertThatThrownBy(() -> addPictures(exchange, job))
        .isInstanceOf(OutputMissingException.class)
        .hasMessageContaining("WebSocket");
    assertThat(exchange.getProperty("unseen")).isEqualTo(Set.of("9"));
  }

  @Test
  void texts_beyond_the_limits_are_cut_with_a_warning() throws Exception {
    String texts =
        IntStream.range(0, 1_001).mapToObj(i -> "\"t\"").collect(Collectors.joining(","));
    Exchange exchange = exchange();

    take(exchange, "{\"9\": {\"text\": [" + texts + "]}}");

    assertThat(exchange.getProperty("facts", JobFacts.class).texts()).hasSize(1_000);
    assertThat(codes(exchange)).containsExactly("texts_cut");
  }

  private Job take(Exchange exchange, String result) throws Exception {
    Job job = collecting(result);
    collector("gpu-1").take(exchange, job.id(), null);
    return exchange.getProperty("job", Job.class);
  }

  private Job take(Exchange exchange, String result, String nodeClass) throws Exception {
    Draft draft =
        Draft.of("me").prompt("{\"9\": {\"class_type\": \"" + nodeClass + "\", \"inputs\": {}}}");
    Job job = claimed(draft);
    transitions.collecting(job, clock.instant(), result);
    collector("gpu-1").take(exchange, job.id(), null);
    return exchange.getProperty("job", Job.class);
  }

  private void addPictures(Exchange exchange, Job job) throws Exception {
    collector("gpu-1")
        .addPictures(exchange, job, files(exchange), exchange.getProperty("facts", JobFacts.class));
  }

  @SuppressWarnings("unchecked")
  private static List<OutputFile> files(Exchange exchange) {
    return exchange.getProperty("files", List.class);
  }

  private static List<String> codes(Exchange exchange) {
    return exchange.getProperty("facts", JobFacts.class).warnings().stream()
        .map(Warning::code)
        .toList();
  }

  private Job collecting(String result) {
    Job job = claimed(Draft.of("me"));
    transitions.collecting(job, clock.instant(), result);
    return queries.find(job.id()).orElseThrow();
  }

  private OutputCollector collector(String server) {
    return collector(server, inProgress);
  }

  private OutputCollector collector(String server, InProgress mark) {
    Backends backends =
        new Backends(
            List.of(new Backend(server, URI.create("http://127.0.0.1:8188"), 2)),
            new ProbePolicy(3, PAUSE, PAUSE, 3, PAUSE, PAUSE, PAUSE, PAUSE),
            clock,
            false);
    SocketPictures pictures =
        new SocketPictures(
            new FolderJobFiles(folder.resolve("pictures"), new FreeSpace(Set.of(folder), 0)),
            List.of("SaveImageWebsocket"),
            TestJson.MAPPER);
    return new OutputCollector(
        queries, leases, transitions, backends, pictures, mark, TestJson.MAPPER);
  }

  private static Exchange exchange() {
    return new DefaultExchange(new DefaultCamelContext());
  }
}
