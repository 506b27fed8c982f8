package io.comfygateway.comfyapi;

import io.comfygateway.picture.PictureMemory;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.upload.OwnFile;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.imageio.IIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The other forms in which {@code /view} shows a picture: {@code preview=jpeg;80}, and {@code
 * channel=rgb} or {@code a}. Java writes no WebP, so a {@code webp} preview is a JPEG, or a PNG if
 * the picture has an alpha channel.
 */
public final class PictureForms {
  private static final Set<String> READABLE =
      Set.of("image/png", "image/jpeg", "image/gif", "image/bmp");
  private static final int USUAL_QUALITY = 90;

  /** Of a picture that is decoded; a larger one is sent as it is. */
  static final long MOST_PIXELS = 25_000_000;

  /** A picture in another form. */
  record Picture(String contentType, byte[] bytes) {}

  /** The formats of {@link #READABLE}, as Java's readers name them in small letters. */
  private static final Set<String> OF_PICTURES = Set.of("png", "jpeg", "gif", "bmp");

  private static final Set<String> OF_MASKS = Set.of("png", "jpeg");
  private static final Duration WAIT = Duration.ofSeconds(5);

  // One conversion at a time, and none of other parts, which bounds the memory.
  private final PictureMemory memory;
  private final Duration wait;

  /**
   * Makes it.
   *
   * @param memory for all pictures that the gateway decodes
   */
  public PictureForms(PictureMemory memory) {
    this(memory, WAIT);
  }

  /**
   * Makes it.
   *
   * @param wait how long a conversion waits for the one before it
   */
  PictureForms(PictureMemory memory, Duration wait) {
    this.memory = memory;
    this.wait = wait;
  }

  /**
   * A picture as the query asks for it.
   *
   * @return empty if the file is wanted as it is, is not a picture that can be decoded here, or
   *     other conversions take too long
   */
  Optional<Picture> other(OwnFile file, String preview, String channel) throws IOException {
    boolean isWanted = !preview.isEmpty() || channel.equals("rgb") || channel.equals("a");
    if (!isWanted || !READABLE.contains(file.contentType()) || !isMyTurn()) {
      return Optional.empty();
    }
    try {
      BufferedImage image = read(file);
      if (image == null) {
        return Optional.empty();
      }
      if (!preview.isEmpty()) {
        return Optional.of(preview(image, preview, channel));
      }
      BufferedImage part = channel.equals("a") ? alphaOf(image) : withoutAlpha(image);
      return Optional.of(new Picture("image/png", png(part)));
    } finally {
      memory.leaveAll();
    }
  }

  /**
   * A picture with the alpha channel of a mask, as PNG; empty if they do not fit together.
   *
   * @throws Problem BUSY if other conversions take too long
   */
  Optional<byte[]> masked(OwnFile picture, Path mask) throws IOException {
    if (!isMyTurn()) {
      throw new Problem(
              ProblemType.BUSY, "Other pictures are being converted. Send this one again later.")
          .withHeader("Retry-After", String.valueOf(WAIT.toSeconds()));
    }
    try {
      BufferedImage image = read(picture);
      BufferedImage alpha = image == null ? null : read(mask);
      return image == null
              || alpha == null
              || image.getWidth() != alpha.getWidth()
              || image.getHeight() != alpha.getHeight()
          ? Optional.empty()
          : Optional.of(png(masked(image, alpha)));
    } finally {
      memory.leaveAll();
    }
  }

  private boolean isMyTurn() {
    try {
      return memory.takeAll(wait);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static @Nullable BufferedImage read(OwnFile file) throws IOException {
    try (InputStream in = file.content().open(0, file.bytes())) {
      return read(in, OF_PICTURES);
    }
  }

  private static @Nullable BufferedImage read(Path mask) throws IOException {
    try (InputStream in = Files.newInputStream(mask)) {
      return read(in, OF_MASKS);
    }
  }

  // The size is that of the frame which is decoded: a GIF's header may name a smaller one.
  private static @Nullable BufferedImage read(InputStream in, Set<String> formats)
      throws IOException {
    try (ImageInputStream stream = ImageIO.createImageInputStream(in)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        return null;
      }
      ImageReader reader = readers.next();
      try {
        if (!formats.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
          return null;
        }
        reader.setInput(stream, true, true);
        return (long) reader.getWidth(0) * reader.getHeight(0) > MOST_PIXELS
            ? null
            : reader.read(0);
      } finally {
        reader.dispose();
      }
    } catch (IIOException
        | EOFException
        | IllegalArgumentException
        | IndexOutOfBoundsException broken) {
      return null;
    }
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
