package io.comfygateway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the gateway beside clients that talk to ComfyUI themselves. The simulated ComfyUI and
 * the gateway are processes of their own; this one is the callers.
 */
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    description = "Measures the gateway beside clients that talk to ComfyUI themselves.")
final class Bench implements Callable<Integer> {
  private static final String KEY = "bench-" + UUID.randomUUID();

  @Option(
      names = "--rows",
      split = ",",
      description = "Which loads, comma separated: see docs/performance.md (default: the usual).")
  private Set<String> names = Set.of();

  @Option(
      names = "--ways",
      split = ",",
      description =
          "direct-websocket, direct-polling, gateway-wait, gateway-polling, gateway-callback"
              + " (default: all).")
  private Set<String> ways = Set.of();

  @Option(names = "--runs", defaultValue = "3", description = "How often (default: 3).")
  private int runs;

  @Option(names = "--quick", description = "A quarter of the jobs, once: for a look.")
  private boolean quick;

  @Option(
      names = "--postgresql",
      description = "The gateway stores in a PostgreSQL that is started for it, not in H2.")
  private boolean postgresql;

  @Option(
      names = "--comfyui-port",
      description = "The port of the simulated ComfyUI, for a peer to know (default: a free one).")
  private Optional<Integer> comfyPort = Optional.empty();

  @Option(
      names = "--comfyui-output-dir",
      description =
          "A folder that the simulated ComfyUI writes outputs to as well, for a peer that reads"
              + " them there (default: none).")
  private Optional<Path> comfyOutputs = Optional.empty();

  @Option(
      names = "--peer",
      description = "A file that says how another service is used: see bench/peers.")
  private List<Path> peers = List.of();

  @Option(
      names = "--recorded",
      description =
          "A file of recorded ratios, row by row and way by way; one that is now below its half is"
              + " a failure.")
  private Optional<Path> recorded = Optional.empty();

  @Option(names = "--out", defaultValue = "target/bench", description = "Where the results go.")
  private Path out;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Bench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Row> rows =
        Row.ALL.stream()
            .filter(row -> names.isEmpty() ? row.usual() : names.contains(row.name()))
            .map(row -> quick ? row.quick() : row)
            .toList();
    if (rows.size() < names.size()) {
      System.err.println("--rows: there are " + Row.ALL.stream().map(Row::name).toList());
      return 2;
    }
    Files.createDirectories(out);
    String comfyUrl =
        "http://127.0.0.1:" + (comfyPort.isPresent() ? comfyPort.get() : ServerProcess.freePort());
    int port = ServerProcess.freePort();
    String gatewayUrl = "http://127.0.0.1:" + port;
    Path data = Files.createTempDirectory(out, "data");
    Map<String, String> environment = new HashMap<>();
    environment.put("COMFYUI_URLS", "stub=" + comfyUrl);
    environment.put("GATEWAY_PORT", String.valueOf(port));
    environment.put("GATEWAY_API_KEYS", "bench:" + KEY + ":run+raw");
    environment.put("GATEWAY_CALLBACK_ALLOW", "127.0.0.1");
    environment.put("GATEWAY_METRICS", "open");
    environment.put("GATEWAY_DATA_DIR", data.toString());
    environment.put("GATEWAY_WORKFLOWS_DIR", "bench/workflows");
    List<String> simulate = new ArrayList<>(List.of("simulate", "--port"));
    simulate.add(comfyUrl.substring(comfyUrl.lastIndexOf(':') + 1));
    comfyOutputs.ifPresent(
        folder -> simulate.addAll(List.of("--output-dir", folder.toAbsolutePath().toString())));
    try (Store store = postgresql ? Store.postgresql() : Store.embedded();
        ServerProcess simulator =
            new ServerProcess(
                Map.of(),
                out.resolve("comfyui.log"),
                comfyUrl + "/simulator/stats",
                simulate.toArray(String[]::new));
        ServerProcess gateway =
            new ServerProcess(
                store.addTo(environment),
                out.resolve("gateway.log"),
                gatewayUrl + "/health/ready",
                "start")) {
      Results results = new Results(about(store, simulator, gateway));
      Http comfy = new Http(comfyUrl, Map.of());
      Http gatewayHttp = new Http(gatewayUrl, Map.of("X-API-Key", KEY));
      measure(
          rows,
          comfy,
          gatewayHttp,
          new Measurement(comfy, gateway, new Syncs(gatewayHttp, store)),
          results);
      System.out.println(results.table());
      results.save(out);
      System.out.println("Saved: " + out.resolve("bench.json") + ", " + out.resolve("bench.html"));
      List<String> slower = recorded.isPresent() ? results.slower(recorded.get()) : List.of();
      slower.forEach(System.out::println);
      return results.wrong() == 0 && slower.isEmpty() ? 0 : 1;
    } finally {
      delete(data);
    }
  }

  private void measure(
      List<Row> rows, Http comfy, Http gatewayHttp, Measurement measurement, Results results)
      throws IOException, InterruptedException {
    try (Way socket = new DirectWay("direct-websocket", comfy, false);
        Way polling = new DirectWay("direct-polling", comfy, true);
        Way clients = new DirectWay("gateway-comfyui", gatewayHttp, false);
        Way waits = new GatewayWay(gatewayHttp, GatewayWay.Told.WAIT);
        Way polls = new GatewayWay(gatewayHttp, GatewayWay.Told.POLLING);
        Way called = new GatewayWay(gatewayHttp, GatewayWay.Told.CALLBACK)) {
      List<Way> chosen =
          new ArrayList<>(
              Stream.of(socket, polling, waits, polls, called, clients)
                  .filter(way -> ways.isEmpty() || ways.contains(way.name()))
                  .toList());
      for (Path peer : peers) {
        chosen.add(new PeerWay(peer));
      }
      Row warmUp = new Row("warm-up", 8, quick ? 100 : 400, 0, 1024, false, false);
      for (Way way : chosen) {
        measurement.take(warmUp, way);
      }
      for (int run = 1; run <= (quick ? 1 : runs); run++) {
        for (Row row : rows) {
          for (Way way : chosen) {
            if (row.held() && !way.acceptsFirst()) {
              continue;
            }
            Figures figures = measurement.take(row, way);
            results.add(row, way, figures);
            System.out.printf(
                "run %d  %-12s %-17s %8.1f jobs/s  p50 %7.1f ms%n",
                run, row.name(), way.name(), figures.jobsPerSecond(), figures.endP50());
          }
        }
      }
    }
  }

  private Map<String, Object> about(Store store, ServerProcess simulator, ServerProcess gateway) {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("measured", Instant.now().toString());
    about.put("cores", Runtime.getRuntime().availableProcessors());
    about.put("java", Runtime.version().toString());
    about.put("store", store.name());
    about.put("warm-up", (quick ? 100 : 400) + " jobs in every way, not counted");
    about.put("runs", quick ? 1 : runs);
    about.put("simulator ready after ms", simulator.startMs());
    about.put("gateway ready after ms", gateway.startMs());
    return about;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
