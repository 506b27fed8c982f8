package io.comfygateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What many listeners cost. That all of them know within three seconds is read from its log line,
 * since it depends on the machine.
 */
@Tag("slow")
class ManyListenersTest {
  private static final Logger LOG = LoggerFactory.getLogger(ManyListenersTest.class);
  private static final int LISTENERS = 2_000;
  private static final int EVENTS = 200;
  private static final Duration SPAN = Duration.ofSeconds(3);
  private static final Duration SLACK = Duration.ofSeconds(30);
  private static final long MOST_BYTES = 20_000;
  private static final int MOST_THREADS = 4;
  private static final byte[] END = "event: status".getBytes(StandardCharsets.US_ASCII);

  /** A client that only counts the events it is sent. */
  private static final class Counter {
    private int seen;
    private int matched;

    void read(ByteBuffer bytes) {
      while (bytes.hasRemaining()) {
        byte next = bytes.get();
        matched = next == END[matched] ? matched + 1 : next == END[0] ? 1 : 0;
        if (matched == END.length) {
          seen++;
          matched = 0;
        }
      }
    }
  }

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int n = 0; n < 3; n++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  @Test
  void two_thousand_listeners_share_one_thread_and_all_get_every_event_in_time(@TempDir Path folder)
      throws IOException {
    try (StreamFixture fixture = new StreamFixture(folder, StreamLimits.of(LISTENERS, LISTENERS));
        Selector selector = Selector.open()) {
      fixture.accept();
      long heapBefore = heap();
      int threadsBefore = ManagementFactory.getThreadMXBean().getThreadCount();
      List<SocketChannel> clients = new ArrayList<>();
      List<Counter> counters = new ArrayList<>();
      ByteBuffer hello =
          ByteBuffer.wrap(
              "GET /alice HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      for (int n = 0; n < LISTENERS; n++) {
        SocketChannel client =
            SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port()));
        client.write(hello.duplicate());
        client.configureBlocking(false);
        Counter counter = new Counter();
        client.register(selector, SelectionKey.OP_READ, counter);
        clients.add(client);
        counters.add(counter);
      }
      fixture.awaitStreams(LISTENERS);
      long each = (heap() - heapBefore) / LISTENERS;
      int threads = ManagementFactory.getThreadMXBean().getThreadCount() - threadsBefore;

      ScheduledExecutorService source = Executors.newSingleThreadScheduledExecutor();
      long begun = System.nanoTime();
      for (int n = 0; n < EVENTS; n++) {
        source.schedule(fixture::accept, SPAN.toMillis() * n / EVENTS, TimeUnit.MILLISECONDS);
      }
      ByteBuffer bytes = ByteBuffer.allocate(65_536);
      long limit = SPAN.plus(SLACK).toNanos();
      while (!counters.stream().allMatch(counter -> counter.seen >= EVENTS)
          && System.nanoTime() - begun < limit) {
        selector.select(100);
        for (SelectionKey key : selector.selectedKeys()) {
          bytes.clear();
          ((SocketChannel) key.channel()).read(bytes);
          ((Counter) key.attachment()).read(bytes.flip());
        }
        selector.selectedKeys().clear();
      }
      Duration taken = Duration.ofNanos(System.nanoTime() - begun);
      source.shutdownNow();
      LOG.info(
          "listeners={} events={} all_read_ms={} bytes_per_listener={} threads_more={}",
          LISTENERS,
          EVENTS,
          taken.toMillis(),
          each,
          threads);

      assertThat(counters).allMatch(counter -> counter.seen == EVENTS);
      assertThat(each).isLessThan(MOST_BYTES);
      assertThat(threads).isLessThanOrEqualTo(MOST_THREADS);
      for (SocketChannel client : clients) {
        client.close();
      }
      fixture.awaitStreams(0);
    }
  }
}
