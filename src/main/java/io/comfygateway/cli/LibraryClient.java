package io.comfygateway.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.app.LocalAdmin;
import io.comfygateway.app.StartFailure;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The library of the gateway that runs on the data folder. */
final class LibraryClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final LocalClient gateway;
  private final Path folder;

  private LibraryClient(LocalClient gateway, Path folder) {
    this.gateway = gateway;
    this.folder = folder;
  }

  /**
   * The library.
   *
   * @throws StartFailure where no gateway runs
   */
  static LibraryClient of(ConfigOption config) {
    Path folder = Settings.read(config.file(), Map.of()).get(StorageSettings.DATA_DIR);
    return LocalAdmin.read(folder)
        .map(admin -> new LibraryClient(new LocalClient(admin), folder))
        .orElseThrow(() -> notRunning(folder));
  }

  /**
   * Calls an operation without a body.
   *
   * @throws StartFailure where the gateway refuses, with its message
   */
  ObjectNode send(String method, String path) {
    return send(method, path, JsonNodeFactory.instance.objectNode());
  }

  /**
   * Calls an operation.
   *
   * @param body none if it is empty
   * @throws StartFailure where the gateway refuses, with its message
   */
  ObjectNode send(String method, String path, ObjectNode body) {
    try {
      return gateway.send(method, path, body.isEmpty() ? "" : body.toString(), TIMEOUT);
    } catch (LocalClient.NotRunning e) {
      throw notRunning(folder);
    }
  }

  /** The path of a workflow. */
  static String path(String name) {
    return "/workflows/" + segment(name);
  }

  /** A name as one segment of a path. */
  static String segment(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static StartFailure notRunning(Path folder) {
    return new StartFailure(
        "No gateway runs on the data folder "
            + folder.toAbsolutePath().normalize()
            + ". Start it; if yours does run, set GATEWAY_DATA_DIR as it has it. Without a running"
            + " gateway, put files into the folder of workflows.");
  }
}
