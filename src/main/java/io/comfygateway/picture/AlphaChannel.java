package io.comfygateway.picture;

import java.awt.image.BufferedImage;
import org.jspecify.annotations.Nullable;

/** The alpha channel of a picture, which is opacity, or a mask. */
public final class AlphaChannel {
  private AlphaChannel() {}

  /** A picture that shows only the alpha channel of another one. */
  public static BufferedImage only(BufferedImage image) {
    BufferedImage alpha = like(image, BufferedImage.TYPE_INT_ARGB);
    int[] row = new int[image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      PixelRow.read(image, y, row);
      for (int x = 0; x < row.length; x++) {
        row[x] &= 0xFF000000;
      }
      alpha.getRaster().setDataElements(0, y, row.length, 1, row);
    }
    return alpha;
  }

  /** Gives a picture of {@link #argb} the alpha channel of a mask, which has the same size. */
  public static void set(BufferedImage image, BufferedImage mask) {
    int[] row = new int[image.getWidth()];
    int[] alpha = new int[image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRaster().getDataElements(0, y, row.length, 1, row);
      PixelRow.read(mask, y, alpha);
      for (int x = 0; x < row.length; x++) {
        row[x] = (row[x] & 0x00FFFFFF) | (alpha[x] & 0xFF000000);
      }
      image.getRaster().setDataElements(0, y, row.length, 1, row);
    }
  }

  /** A picture with 8 bits for each colour and for its alpha channel. */
  public static @Nullable BufferedImage argb(@Nullable BufferedImage image) {
    return image == null ? null : copy(image, BufferedImage.TYPE_INT_ARGB);
  }

  /** A picture without one. */
  public static BufferedImage removed(BufferedImage image) {
    return copy(image, BufferedImage.TYPE_INT_RGB);
  }

  private static BufferedImage copy(BufferedImage image, int type) {
    BufferedImage copy = like(image, type);
    int[] row = new int[image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      PixelRow.read(image, y, row);
      copy.getRaster().setDataElements(0, y, row.length, 1, row);
    }
    return copy;
  }

  private static BufferedImage like(BufferedImage image, int type) {
    return new BufferedImage(image.getWidth(), image.getHeight(), type);
  }
}
