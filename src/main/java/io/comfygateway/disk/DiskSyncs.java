package io.comfygateway.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often this process has waited until its disk had something: the price of losing nothing. The
 * disk of a database server is that server's.
 */
public final class DiskSyncs {
  private static final LongAdder COUNT = new LongAdder();

  private DiskSyncs() {}

  /** Notes one. */
  public static void count() {
    COUNT.increment();
  }

  /**
   * Returns when the disk has what was written to a file, or the names in a folder.
   *
   * @throws IOException where the disk does not take it
   */
  public static void force(FileChannel channel) throws IOException {
    count();
    channel.force(true);
  }

  /** How many there were since the start. */
  public static long total() {
    return COUNT.sum();
  }
}
