package io.comfygateway.database.h2;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets concurrent commits share one write to disk. A thread that has committed waits for a write
 * that begins after its commit; the first thread writes for all that wait.
 */
final class GroupCommit {
  private final Write write;
  private final AtomicLong committed = new AtomicLong();
  private final ReentrantLock writing = new ReentrantLock();
  private volatile long written;

  /** Writes everything that is committed to disk. */
  interface Write {
    void run() throws SQLException;
  }

  GroupCommit(Write write) {
    this.write = write;
  }

  /**
   * Returns when the caller's commit is on disk.
   *
   * @throws SQLException if it cannot be written
   */
  void committed() throws SQLException {
    await(committed.incrementAndGet());
  }

  /** Counts a commit that does not wait; the next write includes it. */
  void committedWithoutFlush() {
    committed.incrementAndGet();
  }

  /**
   * Returns when all commits up to now are on disk.
   *
   * @throws SQLException if it cannot be written
   */
  void flush() throws SQLException {
    await(committed.get());
  }

  /** How many threads wait for a write to end. */
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
