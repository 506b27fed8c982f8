package io.comfygateway.simulator;

import java.util.List;
import java.util.Map;

/**
 * What a simulator has seen since its start, or since its counters were reset. Over HTTP the names
 * are in snake case.
 *
 * @param running prompts that run now, 0 or 1
 * @param waiting prompts that wait now
 * @param maxConcurrency the most prompts that ever ran at once
 * @param sockets open WebSockets now
 * @param submissions accepted {@code POST /prompt} per prompt_id; the newest 100,000 ids
 * @param runs how often each prompt_id was run; the newest 100,000 ids
 * @param runOrder the prompt_ids in the order in which they were run; the newest 100,000
 * @param nodeRuns executions per node class, those that came from the cache not counted; how often
 *     a loader ran shows how often models were changed
 * @param requests requests per method and path, such as {@code GET /history/{prompt_id}}; those
 *     under {@code /api} are counted with the others
 * @param idle the times between the end of one run and the start of the next
 */
public record SimulatorStats(
    int running,
    int waiting,
    int maxConcurrency,
    int sockets,
    Map<String, Integer> submissions,
    Map<String, Integer> runs,
    List<String> runOrder,
    Map<String, Integer> nodeRuns,
    Map<String, Integer> requests,
    Idle idle) {

  /**
   * Times in which nothing ran, although something had run before and something ran later. While
   * the caller has prompts waiting on its side, they are what it left unused.
   *
   * @param gaps how many
   * @param totalMs their sum, in milliseconds
   * @param longestMs the longest one, in milliseconds
   * @param endsWithoutNext how many runs ended while no prompt waited in the queue: a count that
   *     does not depend on the machine
   */
  public record Idle(int gaps, double totalMs, double longestMs, int endsWithoutNext) {}

  /** How often a prompt was run. */
  public int runs(String promptId) {
    return runs.getOrDefault(promptId, 0);
  }

  /** How often a prompt was accepted. */
  public int submissions(String promptId) {
    return submissions.getOrDefault(promptId, 0);
  }

  /** How many prompts were run in all, as far back as the counters reach. */
  public int totalRuns() {
    return runs.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many requests a method and path had, such as {@code POST /prompt}. */
  public int requests(String methodAndPath) {
    return requests.getOrDefault(methodAndPath, 0);
  }
}
