package io.comfygateway.simulator.media;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Picture files that the JDK reads (PNG, JPEG, GIF, BMP) and writes (JPEG). */
public final class PictureFile {
  private PictureFile() {}

  /**
   * Reads a picture file.
   *
   * @return empty where the bytes are not a picture in a format that the JDK reads
   */
  public static Optional<Picture> read(byte[] file) {
    BufferedImage image;
    try {
      image = ImageIO.read(new ByteArrayInputStream(file));
    } catch (IOException | RuntimeException e) {
      // The JDK's readers answer some broken files with an unchecked exception.
      return Optional.empty();
    }
    if (image == null) {
      return Optional.empty();
    }
    int width = image.getWidth();
    int height = image.getHeight();
    int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] &= 0xffffff;
    }
    return Optional.of(new Drawn(width, height, pixels));
  }

  /**
   * A picture as a JPEG file.
   *
   * @param quality 1 to 100
   */
  public static byte[] jpeg(Picture picture, int quality) {
    BufferedImage image =
        new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, picture.width(), picture.height(), picture.pixels(), 0, picture.width());
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(file)) {
      ImageWriteParam settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality(Math.min(100, Math.max(1, quality)) / 100f);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), settings);
    } catch (IOException e) {
      throw new IllegalStateException("a JPEG in memory could not be written", e);
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
  }

  private record Drawn(int width, int height, int[] drawn) implements Picture {
    @Override
    public int[] pixels() {
      return drawn.clone();
    }
  }
}
