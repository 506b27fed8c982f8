package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a simulator is.
 *
 * @param host the address it listens on
 * @param port the port; 0 takes any free one
 * @param stepTime how long one step of a sampler takes; a step without time sends no preview
 * @param loadTime how long a loader node takes that was not in the cache
 * @param models the model files per folder, in the order of {@code GET /models}
 * @param maxSide no side of a drawn picture is longer, in pixels; larger ones are shrunk
 * @param login what it asks of its callers
 * @param tls the certificates of HTTPS
 * @param outputs the folder that outputs are written to as well, as ComfyUI's own is
 * @param version which ComfyUI it is
 * @param clock what the messages' timestamps are taken from
 */
public record SimulatorOptions(
    String host,
    int port,
    Duration stepTime,
    Duration loadTime,
    Map<String, List<String>> models,
    int maxSide,
    Login login,
    Optional<Certificates> tls,
    Optional<Path> outputs,
    SimulatedVersion version,
    InstantSource clock) {

  /**
   * The files of HTTPS, each in PEM.
   *
   * @param certificate the server's certificate
   * @param key its key
   * @param clients what the certificate that each client must show is signed by
   */
  public record Certificates(Path certificate, Path key, Optional<Path> clients) {}

  /** On a free loopback port, with the usual model files, and taking no time. */
  public static SimulatorOptions defaults() {
    return new SimulatorOptions(
        "127.0.0.1",
        0,
        Duration.ZERO,
        Duration.ZERO,
        usualModels(),
        2048,
        new Login.None(),
        Optional.empty(),
        Optional.empty(),
        SimulatedVersion.V0_3_64,
        InstantSource.system());
  }

  public SimulatorOptions withHost(String newHost) {
    return new SimulatorOptions(
        newHost, port, stepTime, loadTime, models, maxSide, login, tls, outputs, version, clock);
  }

  public SimulatorOptions withPort(int newPort) {
    return new SimulatorOptions(
        host, newPort, stepTime, loadTime, models, maxSide, login, tls, outputs, version, clock);
  }

  public SimulatorOptions withStepTime(Duration newStepTime) {
    return new SimulatorOptions(
        host, port, newStepTime, loadTime, models, maxSide, login, tls, outputs, version, clock);
  }

  public SimulatorOptions withLoadTime(Duration newLoadTime) {
    return new SimulatorOptions(
        host, port, stepTime, newLoadTime, models, maxSide, login, tls, outputs, version, clock);
  }

  /** With model files of your own; a folder that is not named does not exist. */
  public SimulatorOptions withModels(Map<String, List<String>> newModels) {
    return new SimulatorOptions(
        host, port, stepTime, loadTime, newModels, maxSide, login, tls, outputs, version, clock);
  }

  /** With all model folders empty, as the recorded server had them. */
  public SimulatorOptions withoutModels() {
    Map<String, List<String>> empty = new LinkedHashMap<>();
    models.keySet().forEach(folder -> empty.put(folder, List.of()));
    return withModels(empty);
  }

  public SimulatorOptions withMaxSide(int newMaxSide) {
    return new SimulatorOptions(
        host, port, stepTime, loadTime, models, newMaxSide, login, tls, outputs, version, clock);
  }

  public SimulatorOptions withLogin(Login newLogin) {
    return new SimulatorOptions(
        host, port, stepTime, loadTime, models, maxSide, newLogin, tls, outputs, version, clock);
  }

  public SimulatorOptions withTls(Certificates certificates) {
    return new SimulatorOptions(
        host,
        port,
        stepTime,
        loadTime,
        models,
        maxSide,
        login,
        Optional.of(certificates),
        outputs,
        version,
        clock);
  }

  /** With an output folder on disk, which clients can read as they can read ComfyUI's. */
  public SimulatorOptions withOutputs(Path folder) {
    return new SimulatorOptions(
        host,
        port,
        stepTime,
        loadTime,
        models,
        maxSide,
        login,
        tls,
        Optional.of(folder),
        version,
        clock);
  }

  /** As another version of ComfyUI; 0.3.64 where none is given. */
  public SimulatorOptions withVersion(SimulatedVersion newVersion) {
    return new SimulatorOptions(
        host, port, stepTime, loadTime, models, maxSide, login, tls, outputs, newVersion, clock);
  }

  public SimulatorOptions withClock(InstantSource newClock) {
    return new SimulatorOptions(
        host, port, stepTime, loadTime, models, maxSide, login, tls, outputs, version, newClock);
  }

  private static Map<String, List<String>> usualModels() {
    Map<String, List<String>> models = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> folder :
        new PythonJson().resource("models.json").properties()) {
      List<String> files = new ArrayList<>();
      folder.getValue().forEach(file -> files.add(file.asText()));
      models.put(folder.getKey(), List.copyOf(files));
    }
    return models;
  }
}
