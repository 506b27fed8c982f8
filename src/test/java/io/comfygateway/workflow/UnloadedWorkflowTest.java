package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.config.FileFault;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnloadedWorkflowTest {
  private static FileFault fault(String file) {
    return new FileFault(file, 1, "", "It is broken", "fix it");
  }

  @Test
  void faults_are_gathered_by_the_name_in_urls() {
    FileFault graph = fault("Shop 1/My flow.json");
    FileFault sidecar = fault("Shop 1/My flow.yaml");
    FileFault older = fault("other@2.json");
    FileFault nameless = fault("???.json");
    FileFault upload = fault("up.load@3");

    assertThat(UnloadedWorkflow.of(List.of(graph, sidecar, older, nameless), List.of(upload)))
        .containsExactly(
            new UnloadedWorkflow("???.json", List.of(nameless)),
            new UnloadedWorkflow("Shop-1/My-flow", List.of(graph, sidecar)),
            new UnloadedWorkflow("other", List.of(older)),
            new UnloadedWorkflow("up.load", List.of(upload)));
  }
}
