package io.comfygateway.job.h2;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets the commits of one moment share one write to the disk. Who has committed waits until a write
 * that began later is done; whoever gets there first does it for all.
 */
final class GroupCommit {
  private final Write write;
  private final AtomicLong committed = new AtomicLong();
  private final ReentrantLock writing = new ReentrantLock();
  private volatile long written;

  /** Brings everything that is committed to the disk. */
  interface Write {
    void run() throws SQLException;
  }

  GroupCommit(Write write) {
    this.write = write;
  }

  /**
   * Returns when what the caller has committed is on the disk.
   *
   * @throws SQLException where it cannot be written
   */
  void committed() throws SQLException {
    await(committed.incrementAndGet());
  }

  /** Notes a commit that nobody waits for; it is written with the next that somebody does. */
  void committedUnsettled() {
    committed.incrementAndGet();
  }

  /**
   * Returns when everything that anybody has committed so far is on the disk.
   *
   * @throws SQLException where it cannot be written
   */
  void settle() throws SQLException {
    await(committed.get());
  }

  /** How many wait for a write to end. */
  int waiting() {
    return writing.getQueueLength();
  }

  private void await(long commit) throws SQLException {
    if (written >= commit) {
      return;
    }
    writing.lock();
    try {
      if (written < commit) {
        long all = committed.get();
        write.run();
        written = all;
      }
    } finally {
      writing.unlock();
    }
  }
}
