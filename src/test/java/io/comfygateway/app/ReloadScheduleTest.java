package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReloadScheduleTest {
  private static final Settings OFTEN =
      Settings.read(
          Path.of("config/application.properties"),
          Map.of("gateway.files.check-interval-ms", "1", "gateway.keys.check-interval-ms", "1"));

  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final AtomicInteger keys = new AtomicInteger();
  private ReloadSchedule schedule;

  @AfterEach
  void stop() {
    schedule.close();
    camel.stop();
  }

  private void start(ReloadSchedule.Reload... files) {
    camel.start();
    schedule =
        new ReloadSchedule(
            camel.getExecutorServiceManager(), List.of(files), keys::incrementAndGet);
    schedule.start(OFTEN);
  }

  @Test
  void files_are_reloaded_in_turn_again_and_again() {
    List<String> reloaded = new CopyOnWriteArrayList<>();

    start(() -> reloaded.add("workflows"), () -> reloaded.add("routes"));

    Awaitility.await().until(() -> reloaded.size() >= 6);
    assertThat(List.copyOf(reloaded).subList(0, 4))
        .containsExactly("workflows", "routes", "workflows", "routes");
  }

  @Test
  void one_that_fails_is_tried_again_the_next_time() {
    AtomicInteger tries = new AtomicInteger();
    AtomicInteger after = new AtomicInteger();

    start(
        () -> {
          switch (tries.incrementAndGet()) {
            case 1 -> throw new IOException("it cannot be read");
            case 2 -> throw new IllegalStateException("a bug");
            case 3 -> throw new StackOverflowError();
            default -> {
              // It works again.
            }
          }
        },
        after::incrementAndGet);

    Awaitility.await().until(() -> after.get() > 0);
    assertThat(tries.get()).isGreaterThanOrEqualTo(4);
  }

  @Test
  void keys_are_reloaded_while_files_take_long() {
    CountDownLatch free = new CountDownLatch(1);

    start(() -> await(free));

    Awaitility.await().until(() -> keys.get() >= 3);
    assertThat(free.getCount()).isEqualTo(1);
    free.countDown();
  }

  @Test
  void a_reload_that_takes_long_does_not_outlive_the_schedule() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    start(
        () -> {
          begun.countDown();
          await(new CountDownLatch(1));
          interrupted.countDown();
        });
    begun.await();

    schedule.close();

    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
