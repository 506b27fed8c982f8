package io.comfygateway.flow;

import io.comfygateway.database.DatabaseKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway is killed at moments that nobody has thought of, while it works and while it starts.
 * {@code -Dkills.seed=…} takes the same walk once more, as far as the machine goes along; {@code
 * -Dkills.rounds=100} a longer one.
 */
@Tag("slow")
class RandomKillsTest {
  private static final Logger LOG = LoggerFactory.getLogger(RandomKillsTest.class);
  private static final long SEED = Long.getLong("kills.seed", System.nanoTime());
  private static final int ROUNDS = Integer.getInteger("kills.rounds", 5);
  private static final int ORDERS_IN_A_ROUND = 15;
  private static final int LONGEST_WORK_MS = 1_500;
  private static final int LONGEST_START_MS = 5_000;
  private static final String FILE =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

  @TempDir Path folder;

  @Test
  void wherever_it_is_killed_nothing_is_lost_or_done_twice() throws IOException {
    LOG.info("kills.seed={}", SEED);
    try {
      walk(new Random(SEED));
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("with -Dkills.seed=" + SEED, e);
    }
  }

  private void walk(Random random) throws IOException {
    try (Comfy comfy = Comfy.start();
        Cluster cluster =
            new Cluster(
                    1,
                    DatabaseKind.H2.inNewPlace(folder),
                    folder,
                    "gpu=" + comfy.url(),
                    Map.of(
                        "GATEWAY_API_KEYS",
                        "alice:" + Customer.keyOf("alice"),
                        "GATEWAY_CALLBACK_DELAYS",
                        "0s,1s,1s,1s,1s,1s,1s,1s"))
                .start();
        Customer alice =
            new Customer("alice", List.of("queued", "running", "succeeded"), 12, cluster)) {
      CompletableFuture<Void> ordering = CompletableFuture.runAsync(() -> alice.order(orders()));
      for (int round = 0; round < ROUNDS; round++) {
        boolean whileItStarts = random.nextInt(3) == 0;
        if (!whileItStarts) {
          cluster.somewhere();
        }
        killAfter(random.nextInt(whileItStarts ? LONGEST_START_MS : LONGEST_WORK_MS), cluster);
      }
      ordering.join();

      alice.assertServed(Map.of("gpu", comfy));
      Ledger.assertRanOnce(alice.jobs(), List.of(comfy));
    }
  }

  private static void killAfter(int milliseconds, Cluster cluster) {
    CompletableFuture.runAsync(
            () -> cluster.get(0).kill().begin(),
            CompletableFuture.delayedExecutor(milliseconds, TimeUnit.MILLISECONDS))
        .join();
  }

  private static List<Customer.Order> orders() {
    List<Customer.Order> orders = new ArrayList<>();
    for (int n = 0; n < ROUNDS * ORDERS_IN_A_ROUND; n++) {
      orders.add(
          n % 5 == 4
              ? new Customer.Order(
                  "/webhook/img2img", "\"prompt\":\"dog %d\",\"image\":\"%s\"".formatted(n, FILE))
              : Customer.Order.picture(n));
    }
    return orders;
  }
}
