package io.comfygateway.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Runs a row in one way and takes its figures. */
final class Measurement {
  private static final int LIMIT_MINUTES = 5;

  private final Http comfy;
  private final ServerProcess gateway;
  private final Syncs syncs;
  // Every job of the bench has its own seed, or ComfyUI would answer from its cache.
  private final AtomicLong seeds = new AtomicLong();

  Measurement(Http comfy, ServerProcess gateway, Syncs syncs) {
    this.comfy = comfy;
    this.gateway = gateway;
    this.syncs = syncs;
  }

  Figures take(Row row, Way way) throws IOException, InterruptedException {
    comfy.post("/simulator/stats/reset", Map.of());
    gateway.resetPeak();
    double cpu = gateway.cpuSeconds();
    long syncsBefore = syncs.total();
    long[] accepted = new long[row.jobs()];
    long[] ended = new long[row.jobs()];
    long[] submitted = new long[row.jobs()];
    Way.Ticket[] tickets = new Way.Ticket[row.jobs()];
    long start = System.nanoTime();
    if (row.held()) {
      comfy.post("/simulator/hold", Map.of());
      try {
        callers(row, job -> submit(row, way, job, submitted, accepted, tickets));
      } finally {
        comfy.post("/simulator/release", Map.of());
      }
      start = System.nanoTime();
      callers(row, job -> finish(way, job, ended, tickets));
    } else {
      callers(
          row,
          job -> {
            submit(row, way, job, submitted, accepted, tickets);
            finish(way, job, ended, tickets);
          });
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    JsonNode stats = comfy.get("/simulator/stats");
    int runs = 0;
    for (JsonNode count : stats.path("runs")) {
      runs += count.asInt();
    }
    double[] accepts = times(submitted, accepted, row.waitingFirst());
    double[] ends = times(submitted, ended, 0);
    return new Figures(
        ends.length / seconds,
        Figures.percentile(accepts, 50),
        Figures.percentile(accepts, 95),
        Figures.percentile(accepts, 99),
        Figures.percentile(ends, 50),
        Figures.percentile(ends, 95),
        Figures.percentile(ends, 99),
        (gateway.cpuSeconds() - cpu) * 1000 / row.jobs(),
        (double) (syncs.total() - syncsBefore) / row.jobs(),
        gateway.peakMib(),
        stats.path("idle").path("total_ms").asDouble(),
        row.jobs() - ends.length,
        Math.max(0, runs - row.jobs()));
  }

  private void submit(
      Row row, Way way, int job, long[] submitted, long[] accepted, Way.Ticket[] tickets)
      throws IOException, InterruptedException {
    submitted[job] = System.nanoTime();
    tickets[job] = way.submit(row, seeds.incrementAndGet());
    accepted[job] = System.nanoTime();
  }

  private static void finish(Way way, int job, long[] ended, Way.Ticket[] tickets)
      throws IOException, InterruptedException {
    Way.Ticket ticket = tickets[job];
    // It may hold the whole output.
    tickets[job] = null;
    if (ticket != null && way.finish(ticket) > 0) {
      ended[job] = System.nanoTime();
    }
  }

  // A job without an end was lost.
  private static double[] times(long[] from, long[] to, int first) {
    return java.util.stream.IntStream.range(first, from.length)
        .filter(job -> to[job] != 0)
        .mapToDouble(job -> (to[job] - from[job]) / 1e6)
        .toArray();
  }

  private interface Step {
    void run(int job) throws IOException, InterruptedException;
  }

  private static void callers(Row row, Step step) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(row.callers());
    AtomicInteger next = new AtomicInteger();
    for (int caller = 0; caller < row.callers(); caller++) {
      threads.execute(
          () -> {
            for (int job = next.getAndIncrement(); job < row.jobs(); job = next.getAndIncrement()) {
              try {
                step.run(job);
              } catch (IOException e) {
                System.err.println("  job " + job + ": " + e.getMessage());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
              }
            }
          });
    }
    threads.shutdown();
    if (!threads.awaitTermination(LIMIT_MINUTES, TimeUnit.MINUTES)) {
      threads.shutdownNow();
      threads.awaitTermination(10, TimeUnit.SECONDS);
    }
  }
}
