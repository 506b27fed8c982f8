package io.comfygateway.flow;

import io.comfygateway.database.DatabaseKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three gateways on one PostgreSQL share two ComfyUIs, and one of the three is always dead or
 * starting: whenever another part of the work is done, the next one is killed and the one before is
 * started again. {@code -Dcluster.jobs=5000} makes it longer.
 */
@Tag("slow")
class ClusterTest {
  private static final int JOBS = Integer.getInteger("cluster.jobs", 500);
  private static final int KILLS = 6;
  private static final int WAITING = 80;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir Path folder;

  @Test
  void nothing_is_lost_doubled_or_told_to_the_wrong_caller_while_gateways_die_and_come_back()
      throws IOException {
    Map<String, List<String>> wishes =
        Map.of(
            "alice", List.of("succeeded"),
            "bob", List.of("succeeded"),
            "carol", List.of("queued", "running", "succeeded"),
            "dave", List.of("succeeded"));
    String keys =
        wishes.keySet().stream()
            .map(name -> name + ":" + Customer.keyOf(name))
            .collect(Collectors.joining(","));
    try (Comfy left = Comfy.start();
        Comfy right = Comfy.start();
        Cluster cluster =
            new Cluster(
                    3,
                    DatabaseKind.POSTGRESQL.inNewPlace(folder),
                    folder,
                    "one=" + left.url() + ",two=" + right.url(),
                    Map.of(
                        "GATEWAY_API_KEYS", keys,
                        "GATEWAY_LEASE_SECONDS", "5",
                        "GATEWAY_WINDOW", "6",
                        "GATEWAY_CALLBACK_DELAYS", "0s,1s,1s,1s,1s,1s"))
                .start()) {
      List<Customer> customers = new ArrayList<>();
      for (Map.Entry<String, List<String>> wish : wishes.entrySet()) {
        customers.add(new Customer(wish.getKey(), wish.getValue(), WAITING, cluster));
      }

      workWhileGatewaysDie(customers, cluster);

      Map<String, Comfy> comfys = Map.of("one", left, "two", right);
      customers.forEach(customer -> customer.assertServed(comfys));
      for (int n = 0; n < customers.size(); n++) {
        customers.get(n).assertSeesNothingOf(customers.get((n + 1) % customers.size()));
      }
      List<String> jobs = customers.stream().flatMap(one -> one.jobs().stream()).toList();
      Ledger.assertRanOnce(jobs, comfys.values());
      customers.forEach(Customer::close);
    }
  }

  private static void workWhileGatewaysDie(List<Customer> customers, Cluster cluster) {
    int each = JOBS / customers.size();
    long all = customers.stream().mapToLong(customer -> customer.wishes() * each).sum();
    ExecutorService threads = Executors.newFixedThreadPool(customers.size());
    try {
      List<CompletableFuture<Void>> submitting = new ArrayList<>();
      for (int n = 0; n < customers.size(); n++) {
        Customer customer = customers.get(n);
        List<Customer.Order> orders =
            IntStream.range(n * each, (n + 1) * each).mapToObj(Customer.Order::picture).toList();
        submitting.add(CompletableFuture.runAsync(() -> customer.order(orders), threads));
      }
      for (int kill = 0; kill < KILLS; kill++) {
        long part = all * (kill + 1) / (KILLS + 1);
        Awaitility.await().atMost(PATIENCE).until(() -> told(customers) >= part);
        cluster.get(kill).kill();
        if (kill > 0) {
          cluster.get(kill - 1).begin();
        }
      }
      submitting.forEach(CompletableFuture::join);
    } finally {
      threads.shutdownNow();
    }
  }

  private static long told(List<Customer> customers) {
    return customers.stream().mapToLong(Customer::told).sum();
  }
}
