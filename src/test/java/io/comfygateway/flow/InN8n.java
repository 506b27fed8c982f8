package io.comfygateway.flow;

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
}
