package io.comfygateway.comfyapi;

import io.comfygateway.media.Dimensions;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * The other forms in which {@code /view} shows a picture: {@code preview=jpeg;80}, and {@code
 * channel=rgb} or {@code a}. Java writes no WebP, so a {@code webp} preview is a JPEG, or a PNG if
 * the picture has an alpha channel.
 */
public final class PictureForms {
  private static final int HEAD = 65_536;
  private static final Set<String> READABLE =
      Set.of("image/png", "image/jpeg", "image/gif", "image/bmp");
  private static final int USUAL_QUALITY = 90;

  /** Of a picture that is decoded; a larger one is sent as it is. */
  static final long MOST_PIXELS = 25_000_000;

  /** A picture in another form. */
  record Picture(String contentType, byte[] bytes) {}

  /**
   * A picture as the query asks for it.
   *
   * @return empty if the file is wanted as it is, or is not a picture that can be decoded here
   */
  // One picture at a time, which bounds the memory.
  synchronized Optional<Picture> other(OwnFile file, String preview, String channel)
      throws IOException {
    boolean isWanted = !preview.isEmpty() || channel.equals("rgb") || channel.equals("a");
    if (!isWanted || !READABLE.contains(file.contentType()) || !isSmall(file)) {
      return Optional.empty();
    }
    BufferedImage image;
    try (InputStream in = file.content().open(0, file.bytes())) {
      image = ImageIO.read(in);
    } catch (IllegalArgumentException | IndexOutOfBoundsException broken) {
      return Optional.empty();
    }
    if (image == null) {
      return Optional.empty();
    }
    if (!preview.isEmpty()) {
      return Optional.of(preview(image, preview, channel));
    }
    return Optional.of(
        new Picture("image/png", png(channel.equals("a") ? alphaOf(image) : withoutAlpha(image))));
  }

  /** A picture with the alpha channel of a mask, as PNG; empty if they do not fit together. */
  synchronized Optional<byte[]> masked(OwnFile picture, Path mask) throws IOException {
    if (!isSmall(picture) || !isSmall(mask)) {
      return Optional.empty();
    }
    BufferedImage image;
    try (InputStream in = picture.content().open(0, picture.bytes())) {
      image = ImageIO.read(in);
    }
    BufferedImage alpha = ImageIO.read(mask.toFile());
    return image == null
            || alpha == null
            || image.getWidth() != alpha.getWidth()
            || image.getHeight() != alpha.getHeight()
        ? Optional.empty()
        : Optional.of(png(masked(image, alpha)));
  }

  private static boolean isSmall(OwnFile file) throws IOException {
    try (InputStream in = file.content().open(0, Math.min(HEAD, file.bytes()))) {
      return isSmall(in);
    }
  }

  private static boolean isSmall(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return isSmall(in);
    }
  }

  private static boolean isSmall(InputStream in) throws IOException {
    return Dimensions.of(in.readNBytes(HEAD))
        .filter(size -> (long) size.width() * size.height() <= MOST_PIXELS)
        .isPresent();
  }

  private static Picture preview(BufferedImage image, String preview, String channel)
      throws IOException {
    String[] parts = preview.split(";", -1);
    boolean asJpeg = parts[0].equals("jpeg") || channel.equals("rgb");
    if (image.getColorModel().hasAlpha() && !asJpeg) {
      return new Picture("image/png", png(image));
    }
    String last = parts[parts.length - 1];
    int quality = last.matches("\\d{1,3}") ? Integer.parseInt(last) : USUAL_QUALITY;
    return new Picture("image/jpeg", jpeg(withoutAlpha(image), quality));
  }

  /** A picture that has only the alpha channel of another one. */
  static BufferedImage alphaOf(BufferedImage image) {
    BufferedImage alpha =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_ARGB);
    int[] row = new int[image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      for (int x = 0; x < row.length; x++) {
        row[x] &= 0xFF000000;
      }
      alpha.setRGB(0, y, row.length, 1, row, 0, row.length);
    }
    return alpha;
  }

  /** A picture with the alpha channel of a mask, which has the same size. */
  static BufferedImage masked(BufferedImage image, BufferedImage mask) {
    BufferedImage masked =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_ARGB);
    int[] row = new int[image.getWidth()];
    int[] alpha = new int[image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      mask.getRGB(0, y, row.length, 1, alpha, 0, row.length);
      for (int x = 0; x < row.length; x++) {
        row[x] = (row[x] & 0x00FFFFFF) | (alpha[x] & 0xFF000000);
      }
      masked.setRGB(0, y, row.length, 1, row, 0, row.length);
    }
    return masked;
  }

  private static BufferedImage withoutAlpha(BufferedImage image) {
    BufferedImage plain =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    WritableRaster raster = plain.getRaster();
    int[] row = new int[image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      raster.setDataElements(0, y, row.length, 1, row);
    }
    return plain;
  }

  /** A picture as PNG. */
  static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private static byte[] jpeg(BufferedImage image, int percent) throws IOException {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
    ImageWriter writer = writers.next();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      ImageWriteParam how = writer.getDefaultWriteParam();
      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      how.setCompressionQuality(Math.min(100, Math.max(1, percent)) / 100f);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), how);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }
}
