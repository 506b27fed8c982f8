package io.comfygateway.pool;

import io.comfygateway.job.JobQueries;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the pool as its file says: applies changes, and removes a server that is no longer named
 * once its work is done.
 */
public final class PoolWatch {
  private static final Logger LOG = LoggerFactory.getLogger(PoolWatch.class);

  private final PoolFile file;
  private final Backends backends;
  private final BackendConnections connections;
  private final JobQueries queries;
  private final RunningPrompts runningPrompts;

  public PoolWatch(
      PoolFile file,
      Backends backends,
      BackendConnections connections,
      JobQueries queries,
      RunningPrompts runningPrompts) {
    this.file = file;
    this.backends = backends;
    this.connections = connections;
    this.queries = queries;
    this.runningPrompts = runningPrompts;
  }

  /** Checks once; called at intervals, by one thread at a time. */
  public void refresh(BackendSockets sockets) {
    boolean changed = file.refresh(backends);
    if (backends.anyLeaves()) {
      for (String name : backends.leave(queries.busyBackends())) {
        // The recovery looks for prompts of a server that did not answer, or runs them elsewhere.
        runningPrompts.forgetOn(name);
        changed = true;
      }
    }
    if (changed) {
      connections.renew();
    }
    try {
      sockets.follow();
    } catch (Exception e) {
      LOG.warn("sockets cannot follow the changed pool reason={}", e.toString());
    }
  }
}
