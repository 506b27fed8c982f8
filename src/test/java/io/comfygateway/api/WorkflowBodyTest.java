package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.http.ReceivedForm;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.SourceReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an upload of a workflow holds. */
class WorkflowBodyTest {
  private static final int MEBIBYTE = 1 << 20;

  @Test
  void a_sidecar_that_is_too_large_is_named_with_its_own_limit(@TempDir Path folder)
      throws Exception {
    Path graph = Files.writeString(folder.resolve("g.json"), "{}");
    Path sidecar = Files.write(folder.resolve("g.yaml"), new byte[MEBIBYTE + 1]);
    ReceivedForm form =
        new ReceivedForm(
            Map.of(),
            List.of(
                new ReceivedForm.File("file", "g.json", "application/json", graph, 2),
                new ReceivedForm.File(
                    "sidecar", "g.yaml", "text/plain", sidecar, Files.size(sidecar))));

    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      Exchange exchange = new DefaultExchange(camel);
      exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "multipart/form-data; boundary=x");
      Problem problem =
          catchThrowableOfType(
              Problem.class,
              () ->
                  WorkflowBody.read(
                      exchange,
                      form,
                      new SourceReader(Graph.Limits.STANDARD, Optional::empty),
                      MEBIBYTE));

      assertThat(problem.type()).isEqualTo(ProblemType.TOO_LARGE);
      assertThat(problem.getMessage())
          .isEqualTo("The sidecar has 1048577 bytes; at most 1048576 are taken.");
    }
  }
}
