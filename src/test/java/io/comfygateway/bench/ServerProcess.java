package io.comfygateway.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process of {@code ./gateway}: the gateway or the simulated ComfyUI, as everybody starts it. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final long startMs;

  /**
   * @param ready a URL that answers 200 when the server can be used
   * @throws IOException if it does not in time
   */
  ServerProcess(Map<String, String> environment, Path log, String ready, String... arguments)
      throws IOException, InterruptedException {
    String[] command =
        Stream.concat(Stream.of("./gateway"), Arrays.stream(arguments)).toArray(String[]::new);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.redirectOutput(log.toFile());
    long start = System.nanoTime();
    process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(ready)).timeout(Duration.ofSeconds(5)).build();
    long end = start + TimeUnit.SECONDS.toNanos(90);
    while (!answers(client, request)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        process.destroy();
        throw new IOException("the server did not start; see " + log);
      }
      Thread.sleep(20);
    }
    startMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  private static boolean answers(HttpClient client, HttpRequest request)
      throws InterruptedException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** From the start of the process to the first good answer, in milliseconds. */
  long startMs() {
    return startMs;
  }

  double cpuSeconds() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
  }

  /** Begins to measure the peak anew, where the system is Linux. */
  void resetPeak() throws IOException {
    Path file = Path.of("/proc", String.valueOf(process.pid()), "clear_refs");
    if (Files.isWritable(file)) {
      Files.writeString(file, "5");
    }
  }

  /** The most memory that it had since the reset, in MiB; 0 where the system does not say. */
  double peakMib() throws IOException {
    Path file = Path.of("/proc", String.valueOf(process.pid()), "status");
    if (!Files.exists(file)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(40, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
