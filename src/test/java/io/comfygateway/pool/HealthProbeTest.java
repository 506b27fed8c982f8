package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.SettableClock;
import io.comfygateway.TestJson;
import io.comfygateway.workflow.NodesFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a probe learns about a server. */
class HealthProbeTest {
  private static final Backend GPU = new Backend("gpu-1", URI.create("http://127.0.0.1:8188"), 2);
  private static final Duration PROBE = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofSeconds(40);
  private static final int FAILURES = 3;

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();
  private final Backends backends =
      new Backends(
          List.of(GPU),
          new ProbePolicy(
              FAILURES,
              PROBE,
              LONGEST,
              3,
              PROBE,
              LONGEST,
              Duration.ofMinutes(5),
              Duration.ofSeconds(30)),
          clock,
          false);
  private HealthProbe probe;

  @BeforeEach
  void make() throws IOException {
    Path nodes = folder.resolve("nodes.yaml");
    Files.writeString(nodes, "deny: {Forbidden: it writes anywhere}\n");
    probe = new HealthProbe(backends, new NodesFile(nodes), TestJson.MAPPER);
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private boolean wasDown() {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    probe.answered(exchange, GPU);
    return exchange.getProperty("wasDown", Boolean.class);
  }

  @Test
  void a_server_is_up_from_its_first_answer_on() {
    assertThat(backends.health().state("gpu-1").isKnown()).isFalse();

    assertThat(wasDown()).isTrue();
    assertThat(wasDown()).isFalse();
    assertThat(backends.health().state("gpu-1")).isEqualTo(new BackendHealth.State("up", true, ""));
    assertThat(backends.health().whyNoneTakesWork()).isEmpty();
  }

  @Test
  void a_server_that_is_silent_several_times_in_a_row_is_down() {
    wasDown();
    for (int n = 1; n < FAILURES; n++) {
      probe.silent(GPU, new SocketTimeoutException("Read timed out"));
      assertThat(backends.health().isUp("gpu-1")).isTrue();
      assertThat(backends.health().isSilent("gpu-1")).isTrue();
    }

    probe.silent(GPU, new SocketTimeoutException("Read timed out"));

    assertThat(backends.health().state("gpu-1"))
        .isEqualTo(new BackendHealth.State("down", true, "Read timed out"));
    assertThat(backends.health().downSince("gpu-1")).contains(clock.instant());
    assertThat(backends.health().whyNoneTakesWork()).contains("gpu-1 is down (Read timed out)");
  }

  @Test
  void a_server_where_nothing_listens_is_down_at_once_and_probed_less_and_less_often() {
    probe.silent(GPU, new ConnectException("Connection refused"));
    assertThat(backends.health().isUp("gpu-1")).isFalse();
    assertThat(backends.health().toProbe()).isEmpty();

    for (Duration pause : List.of(PROBE, PROBE.multipliedBy(2), LONGEST, LONGEST)) {
      clock.advance(pause.dividedBy(2));
      assertThat(backends.health().toProbe()).isEmpty();
      clock.advance(pause.dividedBy(2));
      assertThat(backends.health().toProbe()).containsExactly(GPU);
      probe.silent(GPU, new ConnectException("Connection refused"));
    }
  }

  @Test
  void a_probe_that_is_under_way_is_not_repeated() {
    assertThat(backends.health().toProbe()).containsExactly(GPU);
    assertThat(backends.health().toProbe()).isEmpty();

    wasDown();
    assertThat(backends.health().toProbe()).containsExactly(GPU);
  }

  @Test
  void a_probe_whose_end_was_never_recorded_is_repeated_after_minutes() {
    backends.health().toProbe();

    clock.advance(Duration.ofMinutes(5).minusMillis(1));
    assertThat(backends.health().toProbe()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(backends.health().toProbe()).containsExactly(GPU);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | it answered 401 to GET /prompt; check its credentials",
        "302 | it answered 302 to GET /prompt, as a login page does; check its url and its credentials",
        "404 | it answered 404 to GET /prompt; is it a ComfyUI?"
      })
  void an_answer_that_is_not_a_ComfyUIs_says_what_to_check(int status, String message) {
    assertThatThrownBy(() -> probe.checkAnswer("/prompt", status))
        .isInstanceOf(BackendUnusableException.class)
        .hasMessage(message);
    assertThatCode(() -> probe.checkAnswer("/prompt", 200)).doesNotThrowAnyException();
  }

  @Test
  void node_classes_are_read_again_when_they_expire_and_when_the_server_was_down()
      throws Exception {
    assertThat(backends.nodeClasses().lacksObjectInfo("gpu-1")).isTrue();
    probe.objectInfo(GPU, 200, stream("{\"KSampler\":{}}"));
    assertThat(backends.nodeClasses().of("gpu-1").orElseThrow().knows("KSampler")).isTrue();
    assertThat(backends.nodeClasses().lacksObjectInfo("gpu-1")).isFalse();

    clock.advance(Duration.ofMinutes(5));
    assertThat(backends.nodeClasses().lacksObjectInfo("gpu-1")).isTrue();

    probe.objectInfo(GPU, 200, stream("{\"KSampler\":{}}"));
    wasDown();
    probe.silent(GPU, new ConnectException("Connection refused"));
    assertThat(backends.nodeClasses().lacksObjectInfo("gpu-1")).isTrue();
    assertThat(backends.nodeClasses().of("gpu-1")).isEmpty();
  }

  @Test
  void node_classes_that_cannot_be_read_are_the_reason_of_a_server_that_works() {
    wasDown();

    probe.noObjectInfo(GPU, new SocketTimeoutException("Read timed out"));

    assertThat(backends.health().state("gpu-1"))
        .isEqualTo(
            new BackendHealth.State("up", true, "its node classes are not known: Read timed out"));
    assertThat(backends.nodeClasses().lacksObjectInfo("gpu-1")).isFalse();
    clock.advance(Duration.ofSeconds(30));
    assertThat(backends.nodeClasses().lacksObjectInfo("gpu-1")).isTrue();
  }

  @Test
  void another_status_than_200_is_no_list_of_node_classes() {
    assertThatThrownBy(() -> probe.objectInfo(GPU, 500, stream("{\"KSampler\":{}}")))
        .isInstanceOf(BackendUnusableException.class)
        .hasMessage("it answered 500 to GET /object_info; is it a ComfyUI?");
  }

  @Test
  void a_class_that_is_replaced_by_a_forbidden_one_does_not_count() throws Exception {
    probe.nodeReplacements(
        GPU,
        200,
        stream(
            "{\"Old\":[{\"new_node_id\":\"KSampler\"}],\"Bad\":[{\"new_node_id\":\"Forbidden\"}]}"));
    probe.objectInfo(GPU, 200, stream("{\"KSampler\":{},\"Forbidden\":{}}"));

    assertThat(backends.nodeClasses().of("gpu-1").orElseThrow().runs("Old")).isTrue();
    assertThat(backends.nodeClasses().of("gpu-1").orElseThrow().runs("Bad")).isFalse();
  }

  @Test
  void a_ComfyUI_that_is_too_old_says_so_and_works() throws Exception {
    wasDown();

    probe.systemStats(GPU, 200, stream("{\"system\":{\"comfyui_version\":\"0.3.44\"}}"));

    assertThat(backends.version("gpu-1")).contains("0.3.44");
    assertThat(backends.health().state("gpu-1").isUp()).isTrue();
    assertThat(backends.health().state("gpu-1").reason()).startsWith("its ComfyUI is 0.3.44");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"jobs\":{}}", "{}", "[]"})
  void only_a_list_of_jobs_shows_that_there_is_a_jobs_API(String other) throws Exception {
    probe.jobsApi(GPU, 200, stream("{\"jobs\":[],\"pagination\":{}}"));
    assertThat(backends.hasJobsApi("gpu-1")).isTrue();

    probe.jobsApi(GPU, 200, stream(other));
    assertThat(backends.hasJobsApi("gpu-1")).isFalse();
  }

  @Test
  void a_failure_is_told_apart_without_an_address() {
    assertThat(
            BackendFailure.of(
                new ConnectException(
                    "Connect to http://10.0.0.7:8188 [/10.0.0.7] failed: Connection refused")))
        .isEqualTo(new BackendFailure("Connection refused", true));
    assertThat(BackendFailure.of(new UnknownHostException("gpu.internal")))
        .isEqualTo(new BackendFailure("its host name is not known", true));
    assertThat(BackendFailure.of(new BackendUnusableException("it answered 404")))
        .isEqualTo(new BackendFailure("it answered 404", true));
    assertThat(BackendFailure.of(new ConnectTimeoutException("Connect timed out")).isSure())
        .isFalse();
    assertThat(BackendFailure.of(new SocketTimeoutException()))
        .isEqualTo(new BackendFailure("SocketTimeoutException", false));
  }
}
