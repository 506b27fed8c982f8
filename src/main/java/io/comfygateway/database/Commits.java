package io.comfygateway.database;

import java.util.function.Supplier;

/** When commits are on disk. A commit waits for that unless it is made without a flush. */
public interface Commits {
  /**
   * Does work whose commits do not wait for the disk. Everybody can read them at once; they are on
   * disk no later than any later commit, and until then a crash loses them. So either the work may
   * be done twice, or {@link #flush} comes before anything that cannot be undone.
   */
  <T> T withoutFlush(Supplier<T> work);

  /**
   * Begins work of this thread that ends with {@link #flush}, which then fails if the database has
   * lost commits since.
   */
  void begin();

  /**
   * Returns when everything that can be read by now would survive a crash.
   *
   * @throws org.springframework.dao.DataAccessException if it cannot be written
   */
  void flush();
}
