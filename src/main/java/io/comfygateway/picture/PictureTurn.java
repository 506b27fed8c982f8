package io.comfygateway.picture;

import io.comfygateway.media.Orientation;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;

/** Turns a picture as its Exif data says, since the converted picture has none that says so. */
final class PictureTurn {
  private PictureTurn() {}

  /** The picture as it is to be seen; the picture itself if it is upright. */
  static BufferedImage turned(BufferedImage from, Orientation orientation) {
    if (orientation.equals(Orientation.UPRIGHT)) {
      return from;
    }
    int width = from.getWidth();
    int height = from.getHeight();
    BufferedImage to =
        new BufferedImage(
            orientation.isSideways() ? height : width,
            orientation.isSideways() ? width : height,
            from.getColorModel().hasAlpha()
                ? BufferedImage.TYPE_INT_ARGB
                : BufferedImage.TYPE_INT_RGB);
    int[] pixels = ((DataBufferInt) to.getRaster().getDataBuffer()).getData();
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      PixelRow.read(from, y, row);
      for (int x = 0; x < width; x++) {
        pixels[place(orientation.value(), x, y, width, height)] = row[x];
      }
    }
    return to;
  }

  /** Where a pixel goes, row by row. */
  private static int place(int orientation, int x, int y, int width, int height) {
    int right = width - 1 - x;
    int down = height - 1 - y;
    return switch (orientation) {
      case 2 -> y * width + right;
      case 3 -> down * width + right;
      case 4 -> down * width + x;
      case 5 -> x * height + y;
      case 6 -> x * height + down;
      case 7 -> right * height + down;
      case 8 -> right * height + y;
      default -> y * width + x;
    };
  }
}
