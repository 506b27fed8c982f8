package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests that share a real n8n, a gateway and a simulated ComfyUI. */
@Tag("n8n")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class InN8n {
  @RegisterExtension static final SharedN8n SHARED = new SharedN8n();

  N8nStage stage;
  N8nEditor n8n;

  @BeforeAll
  void find() {
    stage = SHARED.stage();
    n8n = stage.editor();
  }

  /** Waits for the end of an execution, which is to be a good one. */
  N8nExecution succeeded(String execution) {
    N8nExecution ended = n8n.awaitEnd(execution);
    assertThat(ended.status()).as(ended.lastNode() + ": " + ended.error()).isEqualTo("success");
    return ended;
  }

  /** The item's file, its facts, the gateway and ComfyUI all have the same picture. */
  void assertPicture(JsonNode item) throws Exception {
    JsonNode facts = item.path("json");
    JsonNode output = stage.gateway().job(facts.path("job_id").asText()).path("outputs").path(0);
    assertThat(N8nStage.sha256(n8n.file(item)))
        .isEqualTo(facts.path("sha256").asText())
        .isEqualTo(output.path("sha256").asText())
        .isEqualTo(stage.drawn(output.path("filename").asText()));
  }
}
