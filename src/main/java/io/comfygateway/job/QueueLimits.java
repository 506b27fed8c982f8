package io.comfygateway.job;

/** How many jobs may wait and run, in all and per caller. */
public interface QueueLimits {
  /** No limit. */
  int NONE = Integer.MAX_VALUE;

  /** How many jobs of all callers together may wait. */
  int waiting();

  /** The limits of one caller. */
  PerCaller of(String owner);

  /**
   * The limits of a caller.
   *
   * @param waiting how many jobs may wait for a backend
   * @param running how many prompts backends may have at a time
   */
  record PerCaller(int waiting, int running) {
    public static final PerCaller UNLIMITED = new PerCaller(NONE, NONE);
  }

  /** The same limits for every caller. */
  static QueueLimits same(int waiting, PerCaller each) {
    return new QueueLimits() {
      @Override
      public int waiting() {
        return waiting;
      }

      @Override
      public PerCaller of(String owner) {
        return each;
      }
    };
  }

  /** No limits. */
  static QueueLimits none() {
    return same(NONE, PerCaller.UNLIMITED);
  }
}
