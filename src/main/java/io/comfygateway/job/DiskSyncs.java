package io.comfygateway.job;

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

  /** How many there were since the start. */
  public static long total() {
    return COUNT.sum();
  }
}
