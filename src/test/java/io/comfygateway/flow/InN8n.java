package io.comfygateway.flow;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share a real n8n, a gateway and a simulated ComfyUI. */
@Tag("n8n")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class InN8n {
  N8nStage stage;
  N8nEditor n8n;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    stage = N8nStage.start(folder);
    n8n = stage.editor();
  }

  @AfterAll
  void stop() {
    if (stage != null) {
      stage.close();
    }
  }
}
