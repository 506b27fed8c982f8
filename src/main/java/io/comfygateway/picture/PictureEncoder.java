package io.comfygateway.picture;

import com.luciad.imageio.webp.WebPImageWriterSpi;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.FileImageOutputStream;
import org.jspecify.annotations.Nullable;

/** Encodes pictures into files, with the texts that they carry. */
public final class PictureEncoder {
  private static final String JPEG_METADATA = "javax_imageio_jpeg_image_1.0";
  private static final String PNG_METADATA = "javax_imageio_png_1.0";
  private static final byte[] EXIF_NAME = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
  private static final int EXIF_MARKER = 0xE1;
  // A segment's length, of two bytes, counts itself (ITU-T T.81, B.1.1.4).
  private static final int LONGEST_SEGMENT = 65_533;
  private static final int LONGEST_CHUNK = 64 << 20;

  private PictureEncoder() {}

  /**
   * Writes a picture.
   *
   * @param quality from 1 to 100; PNG has none
   */
  public static void write(
      BufferedImage picture, PictureFormat format, int quality, PictureMetadata texts, Path file)
      throws IOException {
    switch (format) {
      case PNG -> png(picture, texts, file);
      case JPEG -> jpeg(opaque(picture), quality, texts, file);
      case WEBP -> {
        webp(PixelRow.coloured(picture), quality, file);
        WebpExif.add(file, texts.exif(LONGEST_CHUNK));
      }
    }
  }

  private static void png(BufferedImage picture, PictureMetadata texts, Path file)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByMIMEType("image/png").next();
    ImageWriteParam how = writer.getDefaultWriteParam();
    @Nullable IIOMetadata metadata = null;
    if (!texts.isEmpty()) {
      metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(picture), how);
      IIOMetadataNode chunks = new IIOMetadataNode("tEXt");
      texts.prompt().ifPresent(text -> chunks.appendChild(entry("prompt", text)));
      texts.workflow().ifPresent(text -> chunks.appendChild(entry("workflow", text)));
      IIOMetadataNode root = new IIOMetadataNode(PNG_METADATA);
      root.appendChild(chunks);
      metadata.mergeTree(PNG_METADATA, root);
    }
    write(writer, picture, how, metadata, file);
  }

  private static IIOMetadataNode entry(String keyword, String text) {
    IIOMetadataNode entry = new IIOMetadataNode("tEXtEntry");
    entry.setAttribute("keyword", keyword);
    entry.setAttribute("value", text);
    return entry;
  }

  private static void jpeg(BufferedImage picture, int quality, PictureMetadata texts, Path file)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByMIMEType("image/jpeg").next();
    ImageWriteParam how = writer.getDefaultWriteParam();
    how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    how.setCompressionQuality(quality / 100f);
    Optional<byte[]> exif = texts.exif(LONGEST_SEGMENT - EXIF_NAME.length);
    @Nullable IIOMetadata metadata = null;
    if (exif.isPresent()) {
      metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(picture), how);
      IIOMetadataNode segment = new IIOMetadataNode("unknown");
      segment.setAttribute("MarkerTag", Integer.toString(EXIF_MARKER));
      segment.setUserObject(
          ByteBuffer.allocate(EXIF_NAME.length + exif.get().length)
              .put(EXIF_NAME)
              .put(exif.get())
              .array());
      IIOMetadataNode sequence = new IIOMetadataNode("markerSequence");
      sequence.appendChild(segment);
      IIOMetadataNode root = new IIOMetadataNode(JPEG_METADATA);
      root.appendChild(new IIOMetadataNode("JPEGvariety"));
      root.appendChild(sequence);
      metadata.mergeTree(JPEG_METADATA, root);
    }
    write(writer, picture, how, metadata, file);
  }

  private static void webp(BufferedImage picture, int quality, Path file) throws IOException {
    WebpLibrary.requireFolder();
    ImageWriter writer = new WebPImageWriterSpi().createWriterInstance(null);
    ImageWriteParam how = writer.getDefaultWriteParam();
    how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    how.setCompressionType("Lossy");
    how.setCompressionQuality(quality / 100f);
    write(writer, picture, how, null, file);
  }

  private static void write(
      ImageWriter writer,
      BufferedImage picture,
      ImageWriteParam how,
      @Nullable IIOMetadata metadata,
      Path file)
      throws IOException {
    try (FileImageOutputStream out = new FileImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(picture, null, metadata), how);
    } finally {
      writer.dispose();
    }
  }

  /** A picture on white, as JPEG has no transparency. */
  static BufferedImage opaque(BufferedImage picture) {
    if (!picture.getColorModel().hasAlpha() && picture.getRaster().getNumBands() == 3) {
      return picture;
    }
    BufferedImage opaque =
        new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_3BYTE_BGR);
    int[] row = new int[picture.getWidth()];
    for (int y = 0; y < picture.getHeight(); y++) {
      PixelRow.read(picture, y, row);
      for (int x = 0; x < row.length; x++) {
        row[x] = onWhite(row[x]);
      }
      opaque.setRGB(0, y, row.length, 1, row, 0, row.length);
    }
    return opaque;
  }

  private static int onWhite(int argb) {
    int alpha = argb >>> 24;
    return alpha == 0xFF
        ? argb
        : onWhite(argb >> 16, alpha) << 16 | onWhite(argb >> 8, alpha) << 8 | onWhite(argb, alpha);
  }

  private static int onWhite(int channel, int alpha) {
    return ((channel & 0xFF) * alpha + 255 * (255 - alpha) + 127) / 255;
  }
}
