package io.comfygateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.app.GatewayBeans;
import io.comfygateway.app.Persistence;
import io.comfygateway.app.StartFailure;
import io.comfygateway.settings.Settings;
import io.comfygateway.workflow.ObjectInfo;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the node classes come from: the configured servers, or a file. */
final class NodeClassesOption {
  private static final Duration SURVEY_TIMEOUT = Duration.ofSeconds(15);
  private static final int LARGEST_OBJECT_INFO = 256 << 20;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private ConfigOption config;

  @Option(
      names = "--object-info",
      paramLabel = "FILE",
      description =
          "The answer of a ComfyUI to GET /object_info, instead of asking the configured servers."
              + " No gateway needs to be set up then.")
  private Optional<Path> objectInfo;

  /** The settings in use. */
  Settings settings() {
    return Settings.load(config.file(), Map.of());
  }

  /**
   * The node classes, for what does not work without.
   *
   * @throws StartFailure where they are not known
   */
  ObjectInfo required() {
    return known()
        .orElseThrow(
            () ->
                new StartFailure(
                    "No server reports its node classes. Start one, or pass its answer to"
                        + " GET /object_info with --object-info FILE."));
  }

  /**
   * The node classes of the file or, without one, of the servers that answer.
   *
   * @throws StartFailure where the file has none
   */
  Optional<ObjectInfo> known() {
    if (objectInfo.isEmpty()) {
      return ofServers();
    }
    try {
      JsonNode classes = GraphInFile.json(objectInfo.get(), LARGEST_OBJECT_INFO);
      if (!(classes instanceof ObjectNode known)
          || classes.properties().stream().noneMatch(it -> it.getValue().has("input"))) {
        throw new StartFailure(
            objectInfo.get() + " is no answer to GET /object_info: it declares no node class");
      }
      return Optional.of(new ObjectInfo(known));
    } catch (UnreadableFile e) {
      throw new StartFailure(objectInfo.get() + ": " + e.getMessage());
    }
  }

  private Optional<ObjectInfo> ofServers() {
    Settings settings = Settings.load(config.file(), Map.of());
    try (Persistence persistence = Persistence.unopened(settings)) {
      GatewayBeans beans =
          new GatewayBeans(settings, persistence, InstantSource.system(), List::of);
      List<String> silent = beans.pool().survey().ask(SURVEY_TIMEOUT);
      PrintWriter err = spec.commandLine().getErr();
      silent.forEach(
          server -> err.println("warning: " + server + " does not report its node classes"));
      return beans.pool().objectInfo();
    }
  }
}
