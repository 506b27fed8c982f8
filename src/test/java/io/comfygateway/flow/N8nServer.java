package io.comfygateway.flow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real n8n, as its own process, with a database of its own in a folder. */
final class N8nServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Duration INSTALLATION = Duration.ofMinutes(20);
  private final Path installed;
  private final Path folder;
  private final int port;
  private final int brokerPort;
  // n8n leaves a request that offers another protocol without an answer.
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Process process;

  private N8nServer(Path installed, Path folder, int port, int brokerPort) {
    this.installed = installed;
    this.folder = folder;
    this.port = port;
    this.brokerPort = brokerPort;
  }

  /**
   * Starts one; installs it before that where that was not done yet.
   *
   * @param folder where its database and its log are
   * @throws RuntimeException that skips the test, with the reason, where it cannot be installed:
   *     the test is skipped
   */
  static N8nServer start(Path folder) throws IOException, InterruptedException {
    Path installed = install(folder);
    List<Integer> ports = freePorts();
    N8nServer server = new N8nServer(installed, folder, ports.get(0), ports.get(1));
    server.start();
    return server;
  }

  private static Path install(Path folder) throws IOException, InterruptedException {
    Path out = folder.resolve("install.out");
    Path log = folder.resolve("install.log");
    Process install =
        new ProcessBuilder("src/test/n8n/install")
            .redirectOutput(out.toFile())
            .redirectError(log.toFile())
            .start();
    boolean ended = install.waitFor(INSTALLATION.toMinutes(), TimeUnit.MINUTES);
    if (!ended) {
      install.descendants().forEach(ProcessHandle::destroy);
      install.destroy();
    }
    Installed.require(
        ended && install.exitValue() == 0,
        () -> "src/test/n8n/install: " + (ended ? lastLine(log) : "not done in 20 minutes"));
    return Path.of(Files.readString(out).strip());
  }

  private static String lastLine(Path log) {
    try {
      String text = Files.readString(log).strip();
      return text.substring(text.lastIndexOf('\n') + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Integer> freePorts() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket one = new ServerSocket(0, 1, loopback);
        ServerSocket other = new ServerSocket(0, 1, loopback)) {
      return List.of(one.getLocalPort(), other.getLocalPort());
    }
  }

  /** Starts it again on the same port, with the same database. */
  void start() throws IOException {
    Files.createDirectories(home().resolve(".n8n-files"));
    ProcessBuilder builder =
        new ProcessBuilder(
                installed.resolve("node").toString(),
                installed.resolve("node_modules/n8n/bin/n8n").toString(),
                "start")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("n8n.log").toFile()));
    builder
        .environment()
        .putAll(
            Map.ofEntries(
                Map.entry("HOME", home().toString()),
                Map.entry("N8N_USER_FOLDER", folder.toString()),
                Map.entry("N8N_ENCRYPTION_KEY", "of-a-test"),
                Map.entry("N8N_HOST", "127.0.0.1"),
                Map.entry("N8N_LISTEN_ADDRESS", "127.0.0.1"),
                Map.entry("N8N_PORT", Integer.toString(port)),
                Map.entry("WEBHOOK_URL", url() + "/"),
                Map.entry("N8N_SECURE_COOKIE", "false"),
                Map.entry("N8N_RUNNERS_MODE", "internal"),
                Map.entry("N8N_RUNNERS_BROKER_PORT", Integer.toString(brokerPort)),
                // for the check of a signature, see docs/n8n.md
                Map.entry("NODE_FUNCTION_ALLOW_BUILTIN", "crypto"),
                // nothing is to be asked of other machines
                Map.entry("N8N_DIAGNOSTICS_ENABLED", "false"),
                Map.entry("N8N_VERSION_NOTIFICATIONS_ENABLED", "false"),
                Map.entry("N8N_TEMPLATES_ENABLED", "false"),
                Map.entry("N8N_PERSONALIZATION_ENABLED", "false")));
    process = builder.start();
    try {
      Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(this::isReady);
    } catch (RuntimeException e) {
      stop();
      throw e;
    }
  }

  private boolean isReady() throws InterruptedException {
    if (!process.isAlive()) {
      throw new IllegalStateException("n8n has ended: " + lastLine(folder.resolve("n8n.log")));
    }
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url() + "/healthz/readiness")).build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends it as an operator does; what waits is in its database. */
  void stop() {
    process.destroy();
    try {
      if (!process.waitFor(40, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** The home of its user, with the one folder that it may write files into. */
  Path home() {
    return folder.resolve("home");
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    stop();
  }
}
