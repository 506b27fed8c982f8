package io.comfygateway.lifecycle;

import io.comfygateway.TestJson;
import io.comfygateway.custom.CustomResult;
import io.comfygateway.delivery.Deliveries;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.Lease;
import io.comfygateway.job.NodeStarts;
import io.comfygateway.job.StoreTest;
import io.comfygateway.output.OutputRows;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.prompt.ProgressBoard;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;

/** Tests of the steps that begin and end jobs, on the stores of one gateway. */
abstract class LifecycleTest extends StoreTest {
  static final int ATTEMPTS = 3;
  static final Backend GPU_1 = backend("gpu-1", 8188);
  static final Backend GPU_2 = backend("gpu-2", 8189);

  final RunningPrompts prompts = new RunningPrompts(Duration.ofSeconds(3), clock);
  final ProgressBoard progress = new ProgressBoard(new NodeStarts(InstantSource.system()));
  final InProgress inProgress = new InProgress();
  OutputRows outputs;
  Deliveries deliveries;
  JobCompletion completion;
  final CustomResult customResult =
      new CustomResult(
          (job, outputs) -> {
            throw new AssertionError("no route is called");
          },
          TestJson.MAPPER,
          clock);
  JobOutcomes outcomes;

  @BeforeEach
  final void openOutcomes() {
    outputs = new OutputRows(database.jdbc());
    deliveries = Deliveries.in(database, clock, new Lease("gateway-1", LEASE));
    completion =
        new JobCompletion(
            database.transaction(),
            queries,
            transitions,
            batches,
            outputs,
            deliveries.queue(),
            (before, now, document) -> {});
    outcomes =
        new JobOutcomes(
            queries,
            transitions,
            completion,
            customResult,
            database,
            prompts,
            progress,
            TestJson.MAPPER);
  }

  static Backend backend(String name, int port) {
    return new Backend(name, URI.create("http://127.0.0.1:" + port), 2);
  }

  /**
   * A pool that asks its servers every three seconds.
   *
   * @param failures after how many failed probes a server is down
   */
  final Backends backends(int failures, Backend... servers) {
    Duration pause = Duration.ofSeconds(3);
    return new Backends(
        List.of(servers),
        new ProbePolicy(failures, pause, pause, 3, pause, pause, pause, pause),
        clock,
        false);
  }

  final Job now(Job job) {
    return queries.find(job.id()).orElseThrow();
  }

  static Exchange exchange() {
    return new DefaultExchange(new DefaultCamelContext());
  }
}
