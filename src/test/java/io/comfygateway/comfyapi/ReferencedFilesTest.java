package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.media.FileRules;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Graph;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** The files that a graph names are counted before they are copied. */
class ReferencedFilesTest {
  private static final Duration PAUSE = Duration.ofSeconds(3);
  private static final int MOST_NODES = 5;
  private static final int MOST_FILES = 3;

  private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());
  private final AtomicInteger lookUps = new AtomicInteger();
  private final ReferencedFiles files =
      new ReferencedFiles(
          new Backends(
              List.of(),
              new ProbePolicy(3, PAUSE, PAUSE, 3, PAUSE, PAUSE, PAUSE, PAUSE),
              () -> Instant.EPOCH,
              false),
          (owner, reference) -> {
            lookUps.incrementAndGet();
            return Optional.of(TestFiles.of("image/png", 1, InputStream::nullInputStream));
          },
          new Graph.Limits(MOST_NODES, 32, 1_000),
          new FileRules(1_000, 1_000, MOST_FILES));

  private static ObjectNode graph(int nodes) {
    ObjectNode graph = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < nodes; i++) {
      ObjectNode node = graph.putObject(String.valueOf(i)).put("class_type", "LoadImage");
      node.putObject("inputs").put("image", "own.png");
    }
    return graph;
  }

  private void assertRefused(int nodes, ProblemType type) {
    assertThatThrownBy(() -> files.in(graph(nodes), "ann", exchange))
        .isInstanceOfSatisfying(
            Problem.class, refused -> assertThat(refused.type()).isEqualTo(type));
  }

  @Test
  void a_name_is_looked_up_once_however_often_it_is_used() throws IOException {
    assertThat(files.in(graph(MOST_FILES), "ann", exchange).files()).hasSize(MOST_FILES);
    assertThat(lookUps).hasValue(1);
  }

  @Test
  void more_files_than_a_job_may_have_are_refused() {
    assertRefused(MOST_FILES + 1, ProblemType.INVALID_INPUT);
  }

  @Test
  void a_graph_with_too_many_nodes_is_refused_before_any_file_is_looked_up() {
    assertRefused(MOST_NODES + 1, ProblemType.INVALID_WORKFLOW);
    assertThat(lookUps).hasValue(0);
  }
}
