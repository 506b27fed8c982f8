package io.comfygateway.picture;

/**
 * The size of a picture in pixels.
 *
 * @param width the width
 * @param height the height
 */
record PictureSize(int width, int height) {

  long pixels() {
    return (long) width * height;
  }

  /** The same, lying on its side. */
  PictureSize turned() {
    return new PictureSize(/* width= */ height, /* height= */ width);
  }

  /** The largest size of the same shape that fits a request; never larger than this one. */
  PictureSize within(PictureRequest request) {
    double byWidth = request.width() == 0 ? 1 : (double) request.width() / width;
    double byHeight = request.height() == 0 ? 1 : (double) request.height() / height;
    double factor = Math.min(1, Math.min(byWidth, byHeight));
    return new PictureSize(scaled(width, factor), scaled(height, factor));
  }

  private static int scaled(int side, double factor) {
    return Math.max(1, (int) Math.round(side * factor));
  }
}
