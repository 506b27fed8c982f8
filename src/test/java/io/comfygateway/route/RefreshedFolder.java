package io.comfygateway.route;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A routes folder whose files are loaded when a test says so. */
abstract class RefreshedFolder {
  @TempDir Path folder;
  final DefaultCamelContext context = new DefaultCamelContext();
  RouteFiles files;

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(folder.resolve("custom"));
    context.start();
    files =
        RouteFiles.of(
            context,
            folder,
            new Properties(),
            new RouteManner(
                OwnRoutesTest.NO_REQUESTS, (to, template) -> {}, Duration.ofSeconds(5), Set.of()));
  }

  @AfterEach
  void close() throws IOException {
    context.close();
  }

  /** Loads the files as they are now: a changed file is taken when it was found the same twice. */
  void refresh() {
    files.refresh();
    files.refresh();
  }
}
