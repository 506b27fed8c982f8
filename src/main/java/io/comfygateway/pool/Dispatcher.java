package io.comfygateway.pool;

import io.comfygateway.database.Commits;
import io.comfygateway.job.Claim;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueue;
import io.comfygateway.job.RequirementsStore;
import io.comfygateway.store.StoreState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives waiting jobs to the servers that have room for them. */
public final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final JobQueue queue;
  private final RequirementsStore requirements;
  private final Commits commits;
  private final Backends backends;
  private final RunningPrompts runningPrompts;
  private final StoreState store;

  /**
   * Makes the steps.
   *
   * @param store where outputs are stored; while it has a fault, nothing is claimed
   */
  public Dispatcher(
      JobQueue queue,
      RequirementsStore requirements,
      Commits commits,
      Backends backends,
      RunningPrompts runningPrompts,
      StoreState store) {
    this.queue = queue;
    this.requirements = requirements;
    this.commits = commits;
    this.backends = backends;
    this.runningPrompts = runningPrompts;
    this.store = store;
  }

  /**
   * Claims the best waiting jobs for the servers that have room. The database is not queried while
   * this gateway alone fills all of them. A claim may not be on the disk yet; it is before its
   * prompt is sent.
   */
  public List<Claim> claim() {
    Map<String, Integer> windows = backends.health().windows();
    Map<String, Integer> filled = runningPrompts.byBackend();
    int most =
        windows.entrySet().stream()
            .mapToInt(
                server -> Math.max(0, server.getValue() - filled.getOrDefault(server.getKey(), 0)))
            .sum();
    // While outputs cannot be stored, a prompt that ran would be lost.
    List<Claim> claims =
        most == 0 || store.fault().isPresent()
            ? List.of()
            : commits.withoutFlush(() -> queue.claim(windows, backends.placement(), most));
    claims.stream()
        .map(Claim::job)
        .forEach(
            job -> {
              runningPrompts.submissions().claimed(job.id());
              LOG.debug(
                  "claimed job={} backend={} attempt={}",
                  job.id(),
                  job.backend(),
                  job.place().attempts());
            });
    return claims;
  }

  /**
   * How many more prompts the servers that can run a job take now, as far as this gateway fills
   * them.
   */
  public int roomFor(Job job) {
    if (store.fault().isPresent()) {
      return 0;
    }
    Map<String, Integer> filled = runningPrompts.byBackend();
    GraphRequirements needs = requirements.of(job);
    return backends.health().windows().entrySet().stream()
        .filter(server -> backends.placement().canRun(server.getKey(), needs))
        .mapToInt(
            server -> Math.max(0, server.getValue() - filled.getOrDefault(server.getKey(), 0)))
        .sum();
  }

  /** A waiting job that no backend can run, and why. */
  public record Unrunnable(Job job, String why) {}

  /** Waiting jobs that were accepted before it was known that no backend can run them. */
  public List<Unrunnable> unrunnable() {
    Map<String, String> reasons = new HashMap<>();
    requirements
        .all()
        .forEach(
            (hash, needs) ->
                backends.placement().whyNowhere(needs).ifPresent(why -> reasons.put(hash, why)));
    return requirements.waitingFor(reasons.keySet()).stream()
        .map(
            job ->
                new Unrunnable(
                    job, backends.placement().whyNowhere(requirements.of(job)).orElse("")))
        .filter(found -> !found.why().isEmpty())
        .toList();
  }
}
