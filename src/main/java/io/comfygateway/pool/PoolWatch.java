package io.comfygateway.pool;

import io.comfygateway.job.JobQueries;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the pool as its file says: takes over what has changed, and lets go of a server that is no
 * longer named when its work is done.
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

  /** Looks once; called again and again, from one thread at a time. */
  public void refresh(BackendSockets sockets) {
    boolean changed = file.refresh(backends);
    if (backends.anyLeaves()) {
      for (String name : backends.leave(queries.busyBackends())) {
        // What was on one that did not answer is looked for, or run elsewhere, by the recovery.
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
      LOG.warn("the sockets of the backends cannot be exchanged reason={}", e.toString());
    }
  }
}
