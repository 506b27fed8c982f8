package io.comfygateway.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts one n8n for all test classes of this JVM that want it, since each start takes half a
 * minute, and stops it after the last of them.
 */
final class SharedN8n implements BeforeAllCallback {
  private N8nStage stage;

  /** The stage with the folder that it is in. */
  private record InFolder(Path folder, N8nStage stage) implements AutoCloseable {
    static InFolder start() {
      try {
        Path folder = Files.createTempDirectory("n8n");
        return new InFolder(folder, N8nStage.start(folder));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() throws IOException {
      stage.close();
      List<Path> inside;
      try (Stream<Path> files = Files.walk(folder)) {
        inside = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path file : inside) {
        Files.delete(file);
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    stage =
        context
            .getStore(
                ExtensionContext.StoreScope.LAUNCHER_SESSION,
                ExtensionContext.Namespace.create(SharedN8n.class))
            .getOrComputeIfAbsent(InFolder.class, key -> InFolder.start(), InFolder.class)
            .stage();
  }

  N8nStage stage() {
    return stage;
  }
}
