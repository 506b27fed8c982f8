package io.comfygateway.flow;

import io.comfygateway.database.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Gateways, each a process of its own, on one database and one folder of files; with H2 it can be
 * only one.
 */
final class Cluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  static final String MASTER_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  private final List<GatewayProcess> gateways = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * Gateways that do not run yet.
   *
   * @param folder where each has its data folder, and all their folder of files
   * @param backends what {@code COMFYUI_URLS} says to all of them
   */
  Cluster(
      int size, Database.Address database, Path folder, String backends, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>();
    database.url().ifPresent(url -> environment.put("GATEWAY_DB_URL", url));
    database.user().ifPresent(user -> environment.put("GATEWAY_DB_USER", user));
    environment.put("GATEWAY_DB_CONNECTIONS", "8");
    environment.put("GATEWAY_FILES_DIR", folder.resolve("files").toString());
    environment.put("GATEWAY_MASTER_KEY", MASTER_KEY);
    environment.putAll(more);
    for (int n = 0; n < size; n++) {
      gateways.add(GatewayProcess.in(folder.resolve("gateway-" + n), backends, environment));
    }
  }

  /** Starts all of them; they serve when this returns. */
  Cluster start() {
    gateways.forEach(GatewayProcess::begin);
    gateways.forEach(GatewayProcess::url);
    gateways.forEach(gateway -> gateway.caller().awaitReady());
    return this;
  }

  GatewayProcess get(int number) {
    return gateways.get(number % gateways.size());
  }

  /** Where one of them serves, another one each time; waits until there is one. */
  String somewhere() {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> serving().findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  private Stream<String> serving() {
    int first = turn.getAndIncrement() & Integer.MAX_VALUE;
    return Stream.iterate(0, n -> n + 1)
        .limit(gateways.size())
        .flatMap(n -> get(first + n).urlNow().stream());
  }

  @Override
  public void close() {
    gateways.forEach(GatewayProcess::close);
  }
}
