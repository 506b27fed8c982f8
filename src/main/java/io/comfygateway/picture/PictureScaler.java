package io.comfygateway.picture;

import java.awt.image.BufferedImage;

/**
 * Makes pictures smaller: each pixel is the average of the area that it covers, weighted by
 * opacity. A row at a time is in memory beside the two pictures.
 */
final class PictureScaler {
  private static final int CHANNELS = 4;

  private final BufferedImage from;
  private final BufferedImage to;
  private final float[] row;
  private final float[] sums;
  private final int[] pixels;

  private PictureScaler(BufferedImage from, BufferedImage to) {
    this.from = from;
    this.to = to;
    this.row = new float[to.getWidth() * CHANNELS];
    this.sums = new float[to.getWidth() * CHANNELS];
    this.pixels = new int[from.getWidth()];
  }

  /** The picture in a smaller size; the picture itself if it has that size. */
  static BufferedImage scale(BufferedImage from, PictureSize size) {
    if (from.getWidth() == size.width() && from.getHeight() == size.height()) {
      return from;
    }
    BufferedImage to =
        new BufferedImage(
            size.width(),
            size.height(),
            from.getColorModel().hasAlpha()
                ? BufferedImage.TYPE_INT_ARGB
                : BufferedImage.TYPE_INT_RGB);
    new PictureScaler(from, to).fill();
    return to;
  }

  // A source row counts in each target row for the part of it that lies there.
  private void fill() {
    double height = (double) from.getHeight() / to.getHeight();
    int target = 0;
    double end = height;
    for (int y = 0; y < from.getHeight(); y++) {
      narrow(y);
      double top = y;
      while (end < y + 1.0 && target < to.getHeight() - 1) {
        add(end - top);
        write(target++);
        top = end;
        end = (target + 1) * height;
      }
      add(y + 1.0 - top);
    }
    write(target);
  }

  private void narrow(int y) {
    PixelRow.read(from, y, pixels);
    java.util.Arrays.fill(row, 0);
    double width = (double) pixels.length / to.getWidth();
    int target = 0;
    double end = width;
    for (int x = 0; x < pixels.length; x++) {
      double left = x;
      while (end < x + 1.0 && target < to.getWidth() - 1) {
        add(pixels[x], target++, (end - left) / width);
        left = end;
        end = (target + 1) * width;
      }
      add(pixels[x], target, (x + 1.0 - left) / width);
    }
  }

  private void add(int argb, int x, double weight) {
    float alpha = (float) ((argb >>> 24) * weight);
    int at = x * CHANNELS;
    row[at] += alpha;
    row[at + 1] += alpha * (argb >> 16 & 0xFF);
    row[at + 2] += alpha * (argb >> 8 & 0xFF);
    row[at + 3] += alpha * (argb & 0xFF);
  }

  private void add(double weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += (float) (row[i] * weight);
    }
  }

  private void write(int y) {
    int[] line = new int[to.getWidth()];
    double height = (double) from.getHeight() / to.getHeight();
    for (int x = 0; x < line.length; x++) {
      int at = x * CHANNELS;
      float alpha = sums[at];
      if (alpha > 0) {
        line[x] =
            eight(alpha / height) << 24
                | eight(sums[at + 1] / alpha) << 16
                | eight(sums[at + 2] / alpha) << 8
                | eight(sums[at + 3] / alpha);
      }
    }
    to.setRGB(0, y, line.length, 1, line, 0, line.length);
    java.util.Arrays.fill(sums, 0);
  }

  private static int eight(double value) {
    return (int) Math.min(255, Math.round(value));
  }
}
