package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.access.DocumentSealer;
import io.comfygateway.access.MasterKey;
import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.Jobs;
import io.comfygateway.job.Lease;
import io.comfygateway.job.NewJob;
import io.comfygateway.job.QueueLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway starts with a long queue. */
@Tag("slow")
class ManyStoredJobsTest {
  private static final Logger LOG = LoggerFactory.getLogger(ManyStoredJobsTest.class);
  private static final int STORED = 10_000;
  private static final int OWNERS = 10;
  private static final int RUN = 60;

  @TempDir Path folder;

  @Test
  void it_takes_up_where_it_was() throws IOException {
    try (Comfy comfy = Comfy.start();
        CallbackInbox inbox = CallbackInbox.start(n -> 200);
        GatewayProcess gateway =
            GatewayProcess.in(
                    folder, "gpu=" + comfy.url(), Map.of("GATEWAY_MASTER_KEY", Cluster.MASTER_KEY))
                .start()) {
      gateway.caller().awaitReady();
      comfy.hold();
      List<String> ids = new ArrayList<>();
      ids.add(submit(gateway, inbox));
      // Two are sent at a time, and the second may get there first.
      comfy.awaitSubmissions(ids.get(0), 1);
      Stream.generate(() -> submit(gateway, inbox)).limit(3).forEach(ids::add);
      comfy.awaitSubmissions(ids.get(1), 1);
      gateway.kill();
      store();

      long begin = System.nanoTime();
      gateway.start();
      gateway.caller().awaitReady();
      LOG.info(
          "ready with stored jobs={} took_ms={}",
          STORED,
          Duration.ofNanos(System.nanoTime() - begin).toMillis());

      gateway.caller().await(ids.get(0), job -> "running".equals(job.path("status").asText()));
      // Callers take turns: one job of each of the others comes first.
      assertThat(gateway.job(ids.get(2)).path("queue_position").asInt()).isEqualTo(OWNERS + 1);
      comfy.release(RUN);

      Ledger ledger = new Ledger(gateway.caller(), comfy, inbox);
      ids.forEach(ledger::assertDone);
      Awaitility.await().until(() -> comfy.stats().totalRuns() >= RUN);
      assertThat(comfy.stats().runs().values()).containsOnly(1);
      assertThat(comfy.stats().submissions().values()).containsOnly(1);
    }
  }

  private static String submit(GatewayProcess gateway, CallbackInbox inbox) {
    Answer answer =
        gateway.post("/webhook/smoke", "{\"callback_url\":\"" + inbox.url("/hook") + "\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  private void store() throws IOException {
    ObjectNode graph =
        (ObjectNode) TestJson.MAPPER.readTree(Files.readString(Path.of("workflows/smoke.json")));
    try (Database database = new Database(DatabaseKind.H2.inNewPlace(folder), 2)) {
      Jobs jobs =
          Jobs.in(
              database,
              TestJson.MAPPER,
              new DocumentSealer(MasterKey.ofBase64(Cluster.MASTER_KEY)),
              InstantSource.system(),
              new Lease("nobody", Duration.ofSeconds(2)),
              Duration.ofHours(24),
              QueueLimits.none());
      database
          .transaction()
          .executeWithoutResult(
              tx -> {
                for (int n = 0; n < STORED; n++) {
                  jobs.queue().accept(waiting(graph, n), () -> {});
                }
              });
    }
  }

  private static NewJob waiting(ObjectNode graph, int number) {
    ObjectNode prompt = graph.deepCopy();
    prompt.withObject("/1/inputs").put("color", number);
    return new NewJob(
        UUID.randomUUID(),
        "caller-" + number % OWNERS,
        Optional.empty(),
        0,
        Optional.empty(),
        Optional.empty(),
        new JobDocument(prompt, Optional.empty(), List.of(), Optional.empty(), Optional.empty()),
        JobFacts.of(Map.of(), TestJson.MAPPER.createObjectNode()),
        Optional.empty(),
        GraphRequirements.of(prompt, Set.of()));
  }
}
