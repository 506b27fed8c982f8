package io.comfygateway.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts how often this process has forced writes to its disk, which limits how many jobs it can
 * take. Writes of a database server do not count.
 */
public final class DiskSyncs {
  private static final LongAdder COUNT = new LongAdder();

  private DiskSyncs() {}

  /** Counts one. */
  public static void count() {
    COUNT.increment();
  }

  /**
   * Forces what was written to a file, or the names in a folder, to the disk.
   *
   * @throws IOException where the disk fails
   */
  public static void force(FileChannel channel) throws IOException {
    count();
    channel.force(true);
  }

  /** The number since the start of the process. */
  public static long total() {
    return COUNT.sum();
  }
}
