package io.comfygateway.picture;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The memory for decoded pictures, in pixels that all pictures together may have. */
public final class PixelBudget {
  private final int pixels;
  private final Semaphore free;

  /**
   * Makes it.
   *
   * @param pixels how many pixels all pictures together may have
   */
  public PixelBudget(int pixels) {
    this.pixels = pixels;
    this.free = new Semaphore(pixels, true);
  }

  /** How many pixels one picture may have. */
  public int pixels() {
    return pixels;
  }

  /** What decoding one picture may take. */
  public DecodingLimits limits() {
    return new DecodingLimits(pixels);
  }

  /**
   * Waits until there is room for so many pixels.
   *
   * @return how many pixels were taken; give them back with {@link #leave}
   */
  int take(long wanted) throws InterruptedException {
    int taken = (int) Math.min(pixels, wanted);
    free.acquire(taken);
    return taken;
  }

  /** Gives back what {@link #take} took. */
  void leave(int taken) {
    free.release(taken);
  }

  /**
   * Waits until no other picture is decoded.
   *
   * @return whether it was in time; if so, call {@link #leaveAll}
   */
  public boolean takeAll(Duration wait) throws InterruptedException {
    return free.tryAcquire(pixels, wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Gives back what {@link #takeAll} took. */
  public void leaveAll() {
    free.release(pixels);
  }
}
