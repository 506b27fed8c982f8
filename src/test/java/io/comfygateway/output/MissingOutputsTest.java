package io.comfygateway.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Stage;
import io.comfygateway.job.StoreTest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When nodes run again because ComfyUI does not have their outputs. */
class MissingOutputsTest extends StoreTest {
  private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());
  private FolderOutputStore store;
  private MissingOutputs missing;

  @BeforeEach
  void openOutputs() {
    store = new FolderOutputStore(folder.resolve("outputs"));
    missing = new MissingOutputs(queries, transitions, store);
  }

  @Test
  void a_node_that_comfyui_served_from_its_cache_runs_again() throws Exception {
    Job job = claimed(Draft.of("me"));

    missing.judge(exchange, job, List.of(file("9"), file("12")), null, 200, history(job, "9"));

    assertThat(exchange.getProperty("again")).isEqualTo(Set.of("9"));
  }

  @Test
  void a_node_that_ran_and_left_no_file_does_not_run_again() throws Exception {
    Job job = claimed(Draft.of("me"));

    missing.judge(exchange, job, List.of(file("12")), null, 200, history(job, "9"));
    assertThat(exchange.getProperty("again")).isNull();

    missing.judge(exchange, job, List.of(file("9")), null, 500, history(job, "9"));
    assertThat(exchange.getProperty("again")).isNull();
  }

  @Test
  void a_node_runs_again_only_once() throws Exception {
    Job job = claimed(Draft.of("me"));
    Job again = job.withFacts(job.facts().withNodesAgain(List.of("9")));

    missing.judge(exchange, again, List.of(file("9")), Set.of("12"), 200, history(job, "9"));

    assertThat(exchange.getProperty("again")).isNull();
  }

  @Test
  void a_job_that_runs_again_waits_without_its_stored_outputs() throws Exception {
    Job job = collecting();
    store(job);

    missing.runAgain(job, Set.of("9"));

    Job now = queries.find(job.id()).orElseThrow();
    assertThat(now.stage()).isEqualTo(Stage.QUEUED);
    assertThat(now.facts().nodesAgain()).containsExactly("9");
    assertThat(folder.resolve("outputs").resolve(job.id().toString())).doesNotExist();
    assertThat(store.sweepTemporary()).isZero();
  }

  @Test
  void the_outputs_are_deleted_only_of_a_job_that_is_cancelled() throws Exception {
    Job job = collecting();
    StoredOutput stored = store(job);

    missing.forgetCancelled(job);
    assertThat(store.path(stored)).exists();

    Job waiting = accepted(Draft.of("me"));
    StoredOutput cancelled = store(waiting);
    transitions.finish(waiting, JobStatus.CANCELLED, waiting.facts()).orElseThrow();
    Path file = store.path(cancelled);
    missing.forgetCancelled(waiting);
    assertThat(file).doesNotExist();
  }

  private Job collecting() {
    Job job = claimed(Draft.of("me"));
    transitions.collecting(job, clock.instant(), "{}");
    return queries.find(job.id()).orElseThrow();
  }

  private StoredOutput store(Job job) throws Exception {
    return store.store(job.id(), 0, "a.png", new ByteArrayInputStream(new byte[] {1}));
  }

  private static OutputFile file(String node) {
    return new OutputFile(0, node, OutputKind.IMAGE, "a.png", "", "output");
  }

  private static InputStream history(Job job, String cached) {
    String text =
        """
        {"%s": {"status": {"messages": [["execution_cached", {"nodes": ["%s"]}]]}, "outputs": {}}}"""
            .formatted(job.id(), cached);
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
