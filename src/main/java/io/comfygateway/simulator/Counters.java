package io.comfygateway.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Counts what the simulator sees. */
final class Counters {
  private static final int IDS = 100_000;

  private final Map<String, Integer> submissions = newestIds();
  private final Map<String, Integer> runs = newestIds();
  private final Deque<String> runOrder = new ArrayDeque<>();
  private final Map<String, Integer> nodeRuns = new TreeMap<>();
  private final Map<String, Integer> requests = new TreeMap<>();
  private int running;
  private int maxConcurrency;
  private OptionalLong lastEnd = OptionalLong.empty();
  private int gaps;
  private int endsWithoutNext;
  private long idleNanos;
  private long longestGapNanos;

  synchronized void submitted(String promptId) {
    submissions.merge(promptId, 1, Integer::sum);
  }

  synchronized void started(String promptId) {
    runs.merge(promptId, 1, Integer::sum);
    runOrder.addLast(promptId);
    if (runOrder.size() > IDS) {
      runOrder.removeFirst();
    }
    maxConcurrency = Math.max(maxConcurrency, ++running);
    lastEnd.ifPresent(
        end -> {
          long gap = System.nanoTime() - end;
          gaps++;
          idleNanos += gap;
          longestGapNanos = Math.max(longestGapNanos, gap);
        });
  }

  /**
   * A run ended.
   *
   * @param nextWaits whether the queue holds another prompt
   */
  synchronized void ended(boolean nextWaits) {
    endsWithoutNext += nextWaits ? 0 : 1;
    running--;
    lastEnd = OptionalLong.of(System.nanoTime());
  }

  synchronized void executed(String classType) {
    nodeRuns.merge(classType, 1, Integer::sum);
  }

  synchronized void requested(String methodAndPath) {
    requests.merge(methodAndPath, 1, Integer::sum);
  }

  synchronized SimulatorStats snapshot(PromptQueue queue, int sockets) {
    return new SimulatorStats(
        queue.running().isPresent() ? 1 : 0,
        queue.waiting(),
        maxConcurrency,
        sockets,
        Map.copyOf(submissions),
        Map.copyOf(runs),
        List.copyOf(runOrder),
        Map.copyOf(nodeRuns),
        Map.copyOf(requests),
        new SimulatorStats.Idle(gaps, idleNanos / 1e6, longestGapNanos / 1e6, endsWithoutNext));
  }

  synchronized void reset() {
    submissions.clear();
    runs.clear();
    runOrder.clear();
    nodeRuns.clear();
    requests.clear();
    maxConcurrency = running;
    lastEnd = OptionalLong.empty();
    gaps = 0;
    endsWithoutNext = 0;
    idleNanos = 0;
    longestGapNanos = 0;
  }

  private static Map<String, Integer> newestIds() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
        return size() > IDS;
      }
    };
  }
}
