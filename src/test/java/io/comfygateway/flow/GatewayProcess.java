package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.cli.Gateway;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * {@code gateway start} as a process of its own, with the shipped routes and workflows, so that it
 * can be killed, stalled and stopped as an operating system does it, and started again on what it
 * left.
 */
final class GatewayProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Pattern SERVES = Pattern.compile("comfyui-gateway +(http://\\S+)");

  // Should the tests' own JVM end early, none of them is left behind.
  private static final Set<Process> LEFT = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> LEFT.forEach(Process::destroyForcibly)));
  }

  private final Path folder;
  private final Map<String, String> environment = new TreeMap<>();
  private final Caller caller = new Caller(this::url);
  private int megabytes = 256;
  private Process process;
  private Path log;
  private int starts;
  private volatile String url;

  private GatewayProcess(Path folder) {
    this.folder = folder;
  }

  /**
   * A gateway that does not run yet.
   *
   * @param folder its data folder; its log is kept there too
   * @param backends what {@code COMFYUI_URLS} says
   * @param more environment variables that differ from those of the tests
   */
  static GatewayProcess in(Path folder, String backends, Map<String, String> more) {
    GatewayProcess gateway = new GatewayProcess(folder);
    gateway.environment.put("GATEWAY_DATA_DIR", folder.toString());
    gateway.environment.put("COMFYUI_URLS", backends);
    gateway.environment.put("GATEWAY_PORT", "0");
    gateway.environment.put(
        "GATEWAY_API_KEYS",
        "alice:" + TestGateway.KEY + ":run+raw,bob:" + TestGateway.OTHER_KEY + ":run+raw");
    gateway.environment.put("GATEWAY_CALLBACK_ALLOW", "127.0.0.1");
    gateway.environment.put("GATEWAY_CALLBACK_SECRET", TestGateway.CALLBACK_SECRET);
    gateway.environment.put("GATEWAY_POLL_INTERVAL_MS", "100");
    gateway.environment.put("GATEWAY_PROBE_INTERVAL_MS", "200");
    gateway.environment.put("GATEWAY_DELIVER_INTERVAL_MS", "100");
    gateway.environment.put("GATEWAY_RECOVER_INTERVAL_MS", "200");
    gateway.environment.putAll(more);
    return gateway;
  }

  /** Gives it a heap of so many megabytes from its next start on. */
  GatewayProcess withHeap(int megabytes) {
    this.megabytes = megabytes;
    return this;
  }

  /** Gives it the heap that config/jvm.options gives it, from its next start on. */
  GatewayProcess withShippedHeap() {
    return withHeap(384);
  }

  /** Starts it and returns at once. */
  synchronized GatewayProcess begin() {
    try {
      Files.createDirectories(folder);
      log = folder.resolve("log-" + ++starts + ".txt");
      ProcessBuilder builder = command("start").redirectErrorStream(true);
      url = null;
      process = builder.redirectOutput(log.toFile()).start();
      LEFT.add(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** {@code gateway} with some arguments, in the environment of this gateway. */
  ProcessBuilder command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx" + megabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // A tenth of a start: these classes have just been compiled.
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-BytecodeVerificationRemote",
                "-cp",
                ClassPath.ofGateway(Optional.ofNullable(environment.get("GATEWAY_EXT_DIR"))),
                Gateway.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("GATEWAY_"));
    builder.environment().putAll(environment);
    return builder;
  }

  /** Starts it; it serves when this returns. */
  GatewayProcess start() {
    begin();
    url();
    return this;
  }

  /** Where it serves; waits until it does. */
  String url() {
    if (url == null) {
      url =
          Awaitility.await()
              .atMost(PATIENCE)
              .pollInterval(Duration.ofMillis(50))
              .until(this::serving, found -> !found.isEmpty());
    }
    return url;
  }

  /** Where it serves, if it does so by now. */
  synchronized Optional<String> urlNow() {
    if (!isAlive()) {
      return Optional.empty();
    }
    if (url == null) {
      url = Optional.of(serving()).filter(found -> !found.isEmpty()).orElse(null);
    }
    return Optional.ofNullable(url);
  }

  private String serving() {
    Matcher matcher = SERVES.matcher(log());
    if (matcher.find()) {
      return matcher.group(1);
    }
    if (!process.isAlive()) {
      throw new IllegalStateException("it ended with " + process.exitValue() + ": " + log());
    }
    return "";
  }

  /** What it has printed since its last start. */
  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it as {@code kill -9} does: it cannot do anything about it. */
  synchronized GatewayProcess kill() {
    process.destroyForcibly();
    awaitEnd();
    return this;
  }

  /** Asks it to stop, as {@code kill} and a container's end do. */
  GatewayProcess terminate() {
    process.destroy();
    return this;
  }

  /** Waits for its end; its exit status. */
  int awaitEnd() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("it does not end: " + log());
      }
      LEFT.remove(process);
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What it is called in leases. */
  String id() throws IOException {
    return Files.readString(folder.resolve("gateway-id")).strip();
  }

  /** Lets it stand still, as a host does that is out of breath: it notices nothing of it. */
  void stall() {
    signal("-STOP");
  }

  /** Lets it go on. */
  void wake() {
    signal("-CONT");
  }

  private void signal(String which) {
    try {
      int status =
          new ProcessBuilder("kill", which, Long.toString(process.pid())).start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill " + which + " ended with " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  Caller caller() {
    return caller;
  }

  Answer get(String path) {
    return caller.get(path);
  }

  Answer post(String path, String body, String... headers) {
    return caller.post(path, TestGateway.KEY, body, headers);
  }

  JsonNode job(String id) {
    return caller.job(id);
  }

  JsonNode await(String id, Predicate<JsonNode> wanted) {
    return caller.await(id, wanted);
  }

  @Override
  public void close() {
    if (isAlive()) {
      kill();
    }
  }
}
