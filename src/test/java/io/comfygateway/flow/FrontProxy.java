package io.comfygateway.flow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A real nginx or Caddy with the configuration that {@code config/exposure} ships, but for its
 * addresses and its certificate.
 */
final class FrontProxy implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String NAME = "gateway.example.com";
  private static final String UPSTREAM = "gateway:8080";

  private final Process process;
  private final int port;
  private final int plainPort;

  /** What stands before the gateway. */
  enum Kind {
    NGINX("nginx", "nginx.conf"),
    CADDY("caddy", "Caddyfile");

    private final String program;
    private final Path configuration;

    Kind(String program, String configuration) {
      this.program = program;
      this.configuration = Path.of("config/exposure", configuration);
    }

    /** The configuration as it is shipped. */
    String shipped() {
      try {
        return Files.readString(configuration);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private FrontProxy(Process process, int port, int plainPort) {
    this.process = process;
    this.port = port;
    this.plainPort = plainPort;
  }

  /**
   * Starts one before a gateway.
   *
   * @param folder a folder of its own, in which its certificate is
   * @throws RuntimeException that skips the test, with the reason, where the proxies are not there
   */
  static FrontProxy start(Kind kind, Path folder, Certificates certificate, int gateway)
      throws IOException, InterruptedException {
    Path program = Installed.packages("proxies").resolve(kind.program);
    int port = freePort();
    int plainPort = freePort();
    Path file = folder.resolve(kind.configuration.getFileName());
    List<String> command =
        switch (kind) {
          case NGINX -> {
            Path shipped = folder.resolve("shipped.conf");
            Files.writeString(
                shipped,
                changed(
                    kind.shipped(),
                    Map.of(
                        UPSTREAM,
                        "127.0.0.1:" + gateway,
                        "listen 443 ssl",
                        "listen 127.0.0.1:" + port + " ssl",
                        "listen 80;",
                        "listen 127.0.0.1:" + plainPort + ";",
                        "/etc/nginx/tls/fullchain.pem",
                        certificate.certificate().toString(),
                        "/etc/nginx/tls/privkey.pem",
                        certificate.key().toString())));
            Files.writeString(file, nginx(folder, shipped));
            yield List.of(program.toString(), "-p", folder.toString(), "-c", file.toString());
          }
          case CADDY -> {
            Files.writeString(
                file,
                changed(
                    kind.shipped(),
                    Map.of(
                        UPSTREAM,
                        "127.0.0.1:" + gateway,
                        NAME + " {",
                        "https://localhost:%d {\n\tbind 127.0.0.1\n\ttls %s %s"
                            .formatted(port, certificate.certificate(), certificate.key()),
                        "\tservers {",
                        "\tadmin off\n\tauto_https disable_redirects\n\tservers {")));
            yield List.of(
                program.toString(), "run", "--config", file.toString(), "--adapter", "caddyfile");
          }
        };
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("XDG_DATA_HOME", folder.toString());
    builder.environment().put("XDG_CONFIG_HOME", folder.toString());
    Path log = folder.resolve("proxy.log");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    FrontProxy proxy = new FrontProxy(process, port, plainPort);
    proxy.awaitListening(log);
    return proxy;
  }

  // What the packages put around a file of /etc/nginx/conf.d.
  private static String nginx(Path folder, Path shipped) {
    StringBuilder text = new StringBuilder("daemon off;\nerror_log stderr;\n");
    // Whoever runs the test owns the folder.
    text.append("user ").append(System.getProperty("user.name")).append(";\n");
    text.append("pid ").append(folder.resolve("nginx.pid")).append(";\nevents {}\nhttp {\n");
    text.append("access_log off;\n");
    for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
      text.append("%s_temp_path %s;\n".formatted(kind, folder.resolve(kind)));
    }
    return text.append("include ").append(shipped).append(";\n}\n").toString();
  }

  private static String changed(String shipped, Map<String, String> changes) {
    String text = shipped;
    for (Map.Entry<String, String> change : changes.entrySet()) {
      if (!text.contains(change.getKey())) {
        throw new IllegalStateException("no " + change.getKey() + " in " + shipped);
      }
      text = text.replace(change.getKey(), change.getValue());
    }
    return text;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitListening(Path log) throws IOException {
    Awaitility.await().atMost(PATIENCE).until(() -> !process.isAlive() || isListening());
    if (!process.isAlive()) {
      throw new IllegalStateException(Files.readString(log));
    }
  }

  private boolean isListening() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** The URL under which callers reach the gateway. */
  String url() {
    return "https://localhost:" + port;
  }

  int port() {
    return port;
  }

  /** The port on which plain HTTP is sent to TLS; nginx's own. */
  int plainPort() {
    return plainPort;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
