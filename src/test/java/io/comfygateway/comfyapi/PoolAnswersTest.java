package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.SettableClock;
import io.comfygateway.TestJson;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** The pool's lists are never empty only because no server answers. */
class PoolAnswersTest {
  private static final Duration PAUSE = Duration.ofSeconds(3);
  private static final String MODELS = "/models/checkpoints";

  private final SettableClock clock = new SettableClock();
  private final Backends backends =
      new Backends(
          List.of(new Backend("gpu-1", URI.create("http://127.0.0.1:8188"), 2)),
          new ProbePolicy(1, PAUSE, PAUSE, 3, PAUSE, PAUSE, PAUSE, PAUSE),
          clock,
          false);
  private final PoolAnswers answers = new PoolAnswers(backends, new PoolFeatures(1), clock);
  private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

  @SuppressWarnings("unchecked")
  private List<JsonNode> begun() {
    answers.begin(exchange, MODELS);
    return exchange.getProperty("poolAnswers", List.class);
  }

  private String body() {
    return exchange.getMessage().getBody(String.class);
  }

  @Test
  void while_no_server_is_up_the_lists_are_unavailable() {
    assertThatThrownBy(() -> answers.list(exchange, begun()))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.status()).isEqualTo(503));
    assertThatThrownBy(() -> answers.systemStats(exchange, begun())).isInstanceOf(Problem.class);
  }

  @Test
  void a_folder_that_no_server_has_is_not_there() {
    backends.health().up("gpu-1");

    assertThatThrownBy(() -> answers.models(exchange, begun()))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.status()).isEqualTo(404));
    answers.models(exchange, List.of(TestJson.MAPPER.createArrayNode()));
    assertThat(body()).isEqualTo("[]");
  }

  @Test
  void what_the_servers_said_last_is_used_while_none_is_up() throws IOException {
    List<JsonNode> said = new java.util.ArrayList<>();
    answers.keep(said, 200, new ByteArrayInputStream("[\"a\"]".getBytes(StandardCharsets.UTF_8)));
    answers.end(MODELS, backends.configured(), said);
    clock.advance(Duration.ofMinutes(5));

    answers.models(exchange, begun());

    assertThat(body()).isEqualTo("[\"a\"]");
  }
}
