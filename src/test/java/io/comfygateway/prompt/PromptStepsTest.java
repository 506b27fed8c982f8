package io.comfygateway.prompt;

import io.comfygateway.TestJson;
import io.comfygateway.files.FolderJobFiles;
import io.comfygateway.job.Claim;
import io.comfygateway.job.Draft;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.NodeStarts;
import io.comfygateway.job.StoreTest;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.BackendFailure;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.pool.SocketPictures;
import io.comfygateway.store.StoreSwitch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;

/** What the steps of a prompt work on: jobs in a database, a pool of two servers, no gateway. */
abstract class PromptStepsTest extends StoreTest {
  static final Duration PAUSE = Duration.ofSeconds(3);
  static final Backend GPU = new Backend("gpu-1", URI.create("http://127.0.0.1:8188"), 2);
  static final Backend OTHER = new Backend("gpu-2", URI.create("http://127.0.0.1:8189"), 2);

  final RunningPrompts running = new RunningPrompts(Duration.ofSeconds(3), clock);
  final ProgressBoard progress = new ProgressBoard(new NodeStarts(InstantSource.system()));
  final InProgress inProgress = new InProgress();
  final Backends backends =
      new Backends(
          List.of(GPU, OTHER),
          new ProbePolicy(3, PAUSE, PAUSE, 3, PAUSE, PAUSE, PAUSE, PAUSE),
          clock,
          false);
  PromptTracker tracker;

  @BeforeEach
  void track() {
    backends.health().up(GPU.name());
    backends.health().up(OTHER.name());
    tracker =
        new PromptTracker(
            running,
            progress,
            new SocketPictures(
                new FolderJobFiles(folder.resolve("inputs"), new StoreSwitch()),
                List.of(),
                TestJson.MAPPER),
            inProgress,
            (job, document) -> {});
  }

  static Exchange exchange() {
    return new DefaultExchange(new DefaultCamelContext());
  }

  /** A job that this gateway has just claimed for the first server. */
  final Claim claim(Draft draft) {
    accepted(draft);
    return queue.claim(Map.of(GPU.name(), 100), (backend, needs) -> true, 1).get(0);
  }

  /** A prompt that the first server has. */
  final Job onServer(Draft draft) {
    Job job = claim(draft).job();
    tracker.accepted(job, queries.document(job.id()), TestJson.MAPPER.createObjectNode());
    return job;
  }

  final Job now(Job job) {
    return queries.find(job.id()).orElseThrow();
  }

  /** The first server does not answer a request, once. */
  final void silence() {
    backends.health().down(GPU.name(), new BackendFailure("no answer", false));
  }

  /** The socket reports that the prompt ended. */
  final void endsOnSocket(UUID job) throws IOException {
    progress.read(
        TestJson.MAPPER.readTree(
            "{\"type\":\"executing\",\"data\":{\"node\":null,\"prompt_id\":\"%s\"}}"
                .formatted(job)));
  }

  static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A recorded answer of a real ComfyUI, in which a prompt is called as a job. */
  static InputStream recorded(String name, String promptId, UUID job) {
    return stream(Recordings.body(name).toString().replace(promptId, job.toString()));
  }

  static InputStream queueWith(UUID running) {
    return recorded(
        "queue while one runs and two wait", "aaaaaaaa-0000-4000-8000-000000000000", running);
  }

  static InputStream queueWaitingWith(UUID waiting) {
    return recorded(
        "queue while one runs and two wait", "aaaaaaaa-0000-4000-8000-000000000001", waiting);
  }

  static InputStream historyOfSuccess(UUID job) {
    return recorded("history of a finished prompt", "11111111-1111-4111-8111-111111111111", job);
  }
}
