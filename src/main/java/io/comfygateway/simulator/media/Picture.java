package io.comfygateway.simulator.media;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A recipe for a picture: cheap to hold, drawn only when its pixels are asked for, and the same
 * each time.
 */
public interface Picture {
  int width();

  int height();

  /** The pixels row by row, each {@code 0xRRGGBB}; a new array each time. */
  int[] pixels();

  /** The same picture at another size; one that is drawn is drawn anew, not enlarged. */
  default Picture resized(int width, int height) {
    return width == width() && height == height() ? this : new Resized(this, width, height);
  }

  /** The same picture with its sides shrunk in proportion until none is longer than {@code max}. */
  default Picture within(int max) {
    int longest = Math.max(width(), height());
    if (longest <= max) {
      return this;
    }
    return resized(
        Math.max(1, (int) ((long) width() * max / longest)),
        Math.max(1, (int) ((long) height() * max / longest)));
  }

  /**
   * A picture of one colour.
   *
   * @param rgb {@code 0xRRGGBB}
   */
  record Plain(int width, int height, int rgb) implements Picture {
    @Override
    public Picture resized(int newWidth, int newHeight) {
      return new Plain(newWidth, newHeight, rgb);
    }

    @Override
    public int[] pixels() {
      int[] pixels = new int[width * height];
      Arrays.fill(pixels, rgb & 0xffffff);
      return pixels;
    }
  }

  /** Soft waves of a few colours that go well together; every seed gives another picture. */
  record Waves(int width, int height, long seed) implements Picture {
    private static final int PALETTE = 1024;

    @Override
    public Picture resized(int newWidth, int newHeight) {
      return new Waves(newWidth, newHeight, seed);
    }

    @Override
    public int[] pixels() {
      SplittableRandom random = new SplittableRandom(seed);
      int[] palette = palette(random);
      int[] across = wave(random, width, width);
      int[] down = wave(random, height, height);
      int[] falling = wave(random, width + height, width);
      int[] rising = wave(random, width + height, height);
      int[] pixels = new int[width * height];
      for (int y = 0, i = 0; y < height; y++) {
        for (int x = 0; x < width; x++, i++) {
          int level = across[x] + down[y] + falling[x + y] + rising[x - y + height];
          pixels[i] = palette[(level >> 8) & (PALETTE - 1)];
        }
      }
      return pixels;
    }

    // Sums of waves along four directions need no trigonometry per pixel. StrictMath gives the same
    // picture on every machine.
    private static int[] wave(SplittableRandom random, int length, int period) {
      double turns = 0.4 + 1.2 * random.nextDouble();
      double phase = 2 * Math.PI * random.nextDouble();
      double height = (0.1 + 0.15 * random.nextDouble()) * PALETTE * 256;
      int[] wave = new int[length];
      for (int i = 0; i < length; i++) {
        wave[i] = (int) (height * StrictMath.sin(2 * Math.PI * turns * i / period + phase));
      }
      return wave;
    }

    private static int[] palette(SplittableRandom random) {
      double[] phases = {random.nextDouble(), 0, 0};
      phases[1] = phases[0] + 0.08 + 0.17 * random.nextDouble();
      phases[2] = phases[1] + 0.08 + 0.17 * random.nextDouble();
      int[] palette = new int[PALETTE];
      for (int i = 0; i < PALETTE; i++) {
        for (double phase : phases) {
          double value = 0.56 + 0.40 * StrictMath.cos(2 * Math.PI * ((double) i / PALETTE + phase));
          palette[i] = palette[i] << 8 | (int) (255 * Math.min(1, value));
        }
      }
      return palette;
    }
  }

  /** {@code share} of one picture over another one of the same size. */
  record Blended(Picture below, Picture above, double share) implements Picture {
    @Override
    public int width() {
      return above.width();
    }

    @Override
    public int height() {
      return above.height();
    }

    @Override
    public Picture resized(int width, int height) {
      return new Blended(below, above.resized(width, height), share);
    }

    @Override
    public int[] pixels() {
      int[] pixels = above.pixels();
      int[] others = below.resized(width(), height()).pixels();
      int weight = (int) Math.round(256 * share);
      for (int i = 0; i < pixels.length; i++) {
        int blended = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
          int one = pixels[i] >> shift & 0xff;
          int other = others[i] >> shift & 0xff;
          blended = blended << 8 | (one * weight + other * (256 - weight)) >> 8;
        }
        pixels[i] = blended;
      }
      return pixels;
    }
  }

  /** A picture at another size, each pixel taken from the nearest one of the original. */
  record Resized(Picture source, int width, int height) implements Picture {
    @Override
    public int[] pixels() {
      int[] from = source.pixels();
      int[] pixels = new int[width * height];
      for (int y = 0, i = 0; y < height; y++) {
        int row = (int) ((long) y * source.height() / height) * source.width();
        for (int x = 0; x < width; x++, i++) {
          pixels[i] = from[row + (int) ((long) x * source.width() / width)];
        }
      }
      return pixels;
    }
  }
}
