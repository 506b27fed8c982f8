package io.comfygateway.job;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * When the nodes of running prompts began, until their jobs end and keep it. It is in memory alone:
 * what a gateway that has stopped saw is lost.
 */
public final class NodeStarts {
  private static final int MOST_JOBS = 5_000;
  private static final int MOST_NODES = 100;
  private static final int MOST_CHARACTERS = 100;

  private final InstantSource clock;
  private final Map<UUID, List<JobFacts.NodeStart>> starts =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, List<JobFacts.NodeStart>> eldest) {
          return size() > MOST_JOBS;
        }
      };

  public NodeStarts(InstantSource clock) {
    this.clock = clock;
  }

  /** Forgets those of a job that has ended. */
  public synchronized void forget(UUID job) {
    starts.remove(job);
  }

  /** A prompt is about to be sent: what an earlier one of the job did no longer counts. */
  public synchronized void begin(UUID job) {
    starts.put(job, new ArrayList<>());
  }

  /** A node begins; the first 100 of a prompt that has begun here are kept. */
  public synchronized void started(UUID job, String node) {
    List<JobFacts.NodeStart> of = starts.get(job);
    if (of == null) {
      return;
    }
    boolean isKnown = !of.isEmpty() && of.get(of.size() - 1).node().equals(node);
    if (!isKnown && of.size() < MOST_NODES && node.length() <= MOST_CHARACTERS) {
      of.add(new JobFacts.NodeStart(node, clock.millis()));
    }
  }

  /** Those of a job, in their order. */
  public synchronized List<JobFacts.NodeStart> of(UUID job) {
    return List.copyOf(starts.getOrDefault(job, List.of()));
  }
}
