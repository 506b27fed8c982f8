package io.comfygateway.job;

import java.util.function.Supplier;

/** When commits are on the disk. A commit waits for that, unless it need not. */
public interface Commits {
  /**
   * Does what commits without waiting for the disk. Everybody reads it at once, and it gets there
   * no later than what anybody commits after it; until then a crash takes it back. So either it may
   * be done a second time, or {@link #settle} comes before anything that cannot be taken back.
   */
  <T> T unsettled(Supplier<T> work);

  /**
   * Begins a piece of work of this thread that ends with {@link #settle}, which then fails where
   * the database has lost commits since.
   */
  void begin();

  /**
   * Returns when everything that can be read by now is sure to be there after a crash, too.
   *
   * @throws org.springframework.dao.DataAccessException where it cannot be written
   */
  void settle();
}
