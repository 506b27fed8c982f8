package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.metrics.Metrics;
import io.comfygateway.pool.RunningPrompt;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The rules of {@code config/prometheus} in a real Prometheus that scrapes real gateways. */
@Tag("slow")
class AlertRulesTest {
  private static final Path SHIPPED = Path.of("config/prometheus");
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern SERIES =
      Pattern.compile("\\b(?:gateway_[a-z_]+|up)(?:\\{[^}]*})?(?![a-z_(])");
  private static final String FAILS =
      """
      {"prompt": {"1": {"class_type": "SlowImage", "inputs": {"width": 64, "height": 64, "seed": %d,
          "steps": 1, "step_ms": 1, "fail": true}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}},
       "callback_url": "%s"}
      """;

  @TempDir Path place;
  private final ShiftedClock clock = new ShiftedClock();
  private final Set<String> fired = new TreeSet<>();
  private final Comfy comfy = Comfy.start();
  private EmbeddedPostgres database;
  private FreezingWire wire;
  private TestGateway gateway;
  private TestGateway other;
  private Prometheus prometheus;

  @AfterEach
  void stop() throws IOException {
    if (prometheus != null) {
      prometheus.close();
    }
    if (wire != null) {
      wire.thaw();
    }
    if (gateway != null) {
      gateway.close();
    }
    if (other != null) {
      other.close();
    }
    comfy.close();
    if (wire != null) {
      wire.close();
    }
    if (database != null) {
      database.close();
    }
  }

  private static Map<String, String> rules() throws IOException {
    Object read =
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(SHIPPED.resolve("alerts.yml")));
    JsonNode rules = new ObjectMapper().valueToTree(read).at("/groups/0/rules");
    Map<String, String> expressions = new TreeMap<>();
    rules.forEach(rule -> expressions.put(rule.path("alert").asText(), rule.path("expr").asText()));
    return expressions;
  }

  @Test
  void promtool_finds_no_fault_in_the_rules() throws Exception {
    assertThat(Prometheus.promtool("check", "rules", SHIPPED.resolve("alerts.yml").toString()))
        .contains(rules().size() + " rules found");
  }

  @Test
  void every_rule_finds_its_series_from_the_start_and_fires_when_it_should() throws Exception {
    startGateways();
    startPrometheus();

    Awaitility.await().untilAsserted(() -> assertThat(prometheus.found("up == 1")).isEqualTo(2));
    for (String expression : rules().values()) {
      Matcher series = SERIES.matcher(expression);
      while (series.find()) {
        String selector = series.group();
        Awaitility.await()
            .untilAsserted(() -> assertThat(prometheus.found(selector)).as(selector).isPositive());
      }
    }
    // The disk has less than four times the reserve, and the other gateway's certificate ten days.
    awaitFiring("DiskFillsUp", "CertificateEnds");
    assertThat(prometheus.firing()).containsExactlyInAnyOrder("DiskFillsUp", "CertificateEnds");

    String failed = submit("/webhook", FAILS.formatted(1, "http://127.0.0.1:1/hook"));
    gateway.await(failed, "failed");
    awaitFiring("ManyJobsFail", "ReceiversDoNotAnswer");

    gateway.server().context().getRouteController().stopRoute("deliver");
    String done = submit("/webhook/smoke", "{\"callback_url\": \"http://127.0.0.1:1/hook\"}");
    gateway.await(done, "succeeded");
    clock.advance(Duration.ofMinutes(3));
    awaitFiring("DeliveriesAreLate");

    comfy.hold();
    for (int i = 0; i < 6; i++) {
      submit("/webhook/smoke", "{}");
    }
    clock.advance(Duration.ofMinutes(20));
    awaitFiring("QueueNearlyFull", "JobsWaitTooLong");

    standIdle(UUID.fromString(done));
    awaitFiring("GpusStandIdle");

    comfy.close();
    awaitFiring("BackendDown", "NoBackend");

    Path mark = place.resolve("gateway").resolve("files-id");
    Path aside = Files.move(mark, place.resolve("files-id"));
    awaitFiring(
        // A rate falls again behind a single burst, perhaps before Prometheus has looked.
        () -> assertThat(gateway.post("/webhook/smoke", "{}").status()).isEqualTo(503),
        "StoreDown",
        "ManyRequestsFail");
    Files.move(aside, mark);

    wire.freeze();
    awaitFiring("DatabaseDown");
    wire.thaw();

    other.close();
    awaitFiring("GatewayDown");

    assertThat(fired).isEqualTo(rules().keySet());
  }

  private String submit(String path, String body) {
    TestGateway.Answer answer = gateway.post(path, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  // Two prompts that were there together, with five seconds between them.
  private void standIdle(UUID id) {
    Metrics metrics =
        gateway.server().context().getRegistry().lookupByNameAndType("metrics", Metrics.class);
    Job job =
        gateway
            .server()
            .context()
            .getRegistry()
            .lookupByNameAndType("jobQueries", JobQueries.class)
            .find(id)
            .orElseThrow();
    Instant now = clock.instant();
    for (int i = 0; i < 2; i++) {
      metrics.ran(
          new RunningPrompt(
              job,
              now.minusSeconds(60),
              Optional.of(now.plusSeconds(5)),
              Optional.empty(),
              false,
              false));
    }
  }

  // What the gateway reads of the database and of the disk it holds for five seconds of its clock.
  private void awaitFiring(String... alerts) {
    awaitFiring(() -> {}, alerts);
  }

  private void awaitFiring(Runnable meanwhile, String... alerts) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> {
              meanwhile.run();
              clock.advance(Duration.ofSeconds(5));
              assertThat(prometheus.firing()).contains(alerts);
            });
    fired.addAll(Set.of(alerts));
  }

  private void startGateways() throws IOException {
    database = EmbeddedPostgres.start();
    wire = FreezingWire.to(database.getPort());
    gateway =
        TestGateway.start(
                place.resolve("gateway"),
                "gpu-1=" + comfy.url(),
                Map.of(
                    "gateway.db.url",
                    "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres"
                        .formatted(URI.create(wire.url()).getPort()),
                    "gateway.callback.delays",
                    "0s,0s",
                    "gateway.max-waiting",
                    "5",
                    "gateway.min-free-bytes",
                    Long.toString(Files.getFileStore(place).getUsableSpace() / 2),
                    "gateway.api-keys",
                    "alice:%s:run+raw,prometheus:%s:read-all"
                        .formatted(TestGateway.KEY, TestGateway.OTHER_KEY)),
                clock)
            .ready();
    Certificates certificates = new Certificates(Files.createDirectory(place.resolve("tls")));
    certificates.selfSigned("EC", 10);
    other =
        TestGateway.start(
            place.resolve("other"),
            "gpu-1=" + comfy.url(),
            Map.of(
                "gateway.tls.certificate",
                certificates.certificate().toString(),
                "gateway.tls.key",
                certificates.key().toString(),
                "gateway.api-keys",
                "prometheus:" + TestGateway.OTHER_KEY + ":read-all"));
  }

  // As shipped, but for the times: each is short, and nothing has to go on before an alert fires.
  private void startPrometheus() throws IOException, InterruptedException {
    Path folder = Files.createDirectory(place.resolve("prometheus"));
    String configuration = Files.readString(SHIPPED.resolve("prometheus.yml"));
    assertThat(configuration).contains("interval: 15s", "\"gateway:8080\"");
    Files.writeString(
        folder.resolve("prometheus.yml"),
        configuration
                .replace("interval: 15s", "interval: 200ms")
                .replace("gateway:8080", "127.0.0.1:" + gateway.server().port())
            + """
              - job_name: the other one
                scheme: https
                tls_config: {insecure_skip_verify: true}
                authorization: {type: Bearer, credentials_file: gateway-key}
                static_configs: [{targets: ["127.0.0.1:%d"]}]
                relabel_configs: [{target_label: job, replacement: comfyui-gateway}]
            """
                .formatted(other.server().port()));
    Files.writeString(
        folder.resolve("alerts.yml"),
        Files.readString(SHIPPED.resolve("alerts.yml")).replaceAll("for: \\d+[mh]", "for: 0s"));
    Files.writeString(folder.resolve("gateway-key"), TestGateway.OTHER_KEY);
    prometheus = Prometheus.start(folder);
  }
}
