package io.comfygateway.picture;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;

/**
 * Reads rows of pixels. Java treats grey pictures as linear and would show them brighter than other
 * software, so their values are used unchanged.
 */
final class PixelRow {
  private static final int BITS = 8;

  private PixelRow() {}

  /** Whether a picture has grey values only. */
  static boolean isGrey(BufferedImage picture) {
    return picture.getColorModel() instanceof ComponentColorModel
        && picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
  }

  /** Reads a row as ARGB with 8 bits each, not premultiplied. */
  static void read(BufferedImage picture, int y, int[] row) {
    if (!isGrey(picture)) {
      picture.getRGB(0, y, row.length, 1, row, 0, row.length);
      return;
    }
    int grey = picture.getColorModel().getComponentSize(0) - BITS;
    boolean hasAlpha = picture.getColorModel().hasAlpha();
    int alpha = hasAlpha ? picture.getColorModel().getComponentSize(1) - BITS : 0;
    for (int x = 0; x < row.length; x++) {
      int value = eight(picture.getRaster().getSample(x, y, 0), grey);
      int opacity = hasAlpha ? eight(picture.getRaster().getSample(x, y, 1), alpha) : 0xFF;
      row[x] = opacity << 24 | value << 16 | value << 8 | value;
    }
  }

  private static int eight(int sample, int beyond) {
    return beyond >= 0 ? sample >> beyond : sample * 0xFF / ((1 << BITS + beyond) - 1);
  }

  /** The same picture in colours; the picture itself unless it is grey. */
  static BufferedImage coloured(BufferedImage picture) {
    if (!isGrey(picture)) {
      return picture;
    }
    BufferedImage coloured =
        new BufferedImage(
            picture.getWidth(),
            picture.getHeight(),
            picture.getColorModel().hasAlpha()
                ? BufferedImage.TYPE_INT_ARGB
                : BufferedImage.TYPE_INT_RGB);
    int[] row = new int[picture.getWidth()];
    for (int y = 0; y < picture.getHeight(); y++) {
      read(picture, y, row);
      coloured.setRGB(0, y, row.length, 1, row, 0, row.length);
    }
    return coloured;
  }
}
