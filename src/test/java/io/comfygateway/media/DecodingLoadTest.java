package io.comfygateway.media;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What decoders have to hold and to do is known before they start. */
class DecodingLoadTest {
  private static final int TABLES = 4096;

  @TempDir Path folder;

  private DecodingLoad load(String type, byte[] bytes) throws Exception {
    return ImageExtent.of(type, Files.write(folder.resolve("picture"), bytes)).load();
  }

  private static byte[] written(String format, int width, int height, int type) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, height, type), format, out);
    return out.toByteArray();
  }

  private byte[] image(String name) throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/images/" + name)) {
      return in.readAllBytes();
    }
  }

  // Where the second part of a file begins, and the first part with more behind it.
  private static byte[] with(byte[] file, int at, byte[] more) {
    return ByteBuffer.allocate(file.length + more.length)
        .put(file, 0, at)
        .put(more)
        .put(file, at, file.length - at)
        .array();
  }

  @Test
  void a_progressive_jpeg_keeps_the_coefficients_of_all_components() throws Exception {
    DecodingLoad one = load("image/jpeg", ScannedJpeg.of(100, 60, 1, 0));
    DecodingLoad four = load("image/jpeg", ScannedJpeg.of(100, 60, 4, 4));

    assertThat(one.coefficients()).isEqualTo(104 * 64 * 2);
    assertThat(four.coefficients()).isEqualTo(104 * 64 * 2 * 4);
  }

  @Test
  void a_jpeg_in_one_scan_keeps_none() throws Exception {
    byte[] plain = written("jpeg", 100, 60, BufferedImage.TYPE_INT_RGB);

    DecodingLoad load = load("image/jpeg", plain);

    assertThat(load.coefficients()).isZero();
    // Two components with half of the width and height.
    assertThat(load.visits()).isEqualTo(TABLES + 112 * 64 * 3 / 2);
  }

  @Test
  void each_scan_of_a_jpeg_counts() throws Exception {
    DecodingLoad some = load("image/jpeg", ScannedJpeg.of(100, 60, 1, 10));
    DecodingLoad more = load("image/jpeg", ScannedJpeg.of(100, 60, 1, 1000));

    assertThat(more.visits() - some.visits()).isEqualTo(990L * (TABLES + 104 * 64));
  }

  @Test
  void the_segments_of_a_jpeg_count() throws Exception {
    byte[] plain = written("jpeg", 8, 8, BufferedImage.TYPE_INT_RGB);
    byte[] segment = new byte[2 + 50_000];
    ByteBuffer.wrap(segment).putShort((short) 0xFFE2).putShort((short) 50_000);

    long more = load("image/jpeg", with(plain, 2, segment)).bytes();

    assertThat(more - load("image/jpeg", plain).bytes()).isEqualTo(50_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"JUNK", "EXIF", "XMP ", "ICCP"})
  void all_of_a_webp_is_read(String chunk) throws Exception {
    byte[] plain = image("lossy-37x23.webp");
    byte[] more = new byte[8 + 9_000];
    ByteBuffer.wrap(more).order(ByteOrder.LITTLE_ENDIAN).put(chunk.getBytes(US_ASCII)).putInt(9000);
    byte[] webp = with(plain, plain.length, more);
    ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).putInt(4, webp.length - 8);

    assertThat(load("image/webp", webp).bytes()).isEqualTo(plain.length + 9_008);
  }

  private static byte[] text(int bytes) {
    ByteBuffer chunk = ByteBuffer.allocate(12 + bytes);
    byte[] body = Arrays.copyOf("tEXtname\0".getBytes(US_ASCII), 4 + bytes);
    CRC32 sum = new CRC32();
    sum.update(body);
    return chunk.putInt(bytes).put(body).putInt((int) sum.getValue()).array();
  }

  @Test
  void the_texts_of_a_png_count_where_its_reader_keeps_them() throws Exception {
    int behindHeader = 33;
    byte[] palette = written("png", 8, 8, BufferedImage.TYPE_BYTE_INDEXED);
    byte[] colours = written("png", 8, 8, BufferedImage.TYPE_INT_RGB);

    assertThat(load("image/png", with(palette, behindHeader, text(7_000))).bytes())
        .isGreaterThan(4 * 7_000);
    assertThat(load("image/png", with(colours, behindHeader, text(7_000))).bytes()).isZero();
  }

  @Test
  void the_compressed_data_of_a_bmp_counts() throws Exception {
    byte[] plain = written("bmp", 64, 64, BufferedImage.TYPE_INT_RGB);
    byte[] runs = plain.clone();
    ByteBuffer header = ByteBuffer.wrap(runs).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(30, 1).putInt(34, runs.length - 54);

    assertThat(load("image/bmp", plain).bytes()).isEqualTo(2 * 54);
    assertThat(load("image/bmp", runs).bytes()).isEqualTo(2L * runs.length);
  }

  @Test
  void the_pixels_that_the_codes_of_a_gif_stand_for_count() throws Exception {
    byte[] plain = written("gif", 300, 200, BufferedImage.TYPE_BYTE_INDEXED);
    byte[] small = plain.clone();
    int frame = plain.length;
    for (int at = 13 + 3 * 256; at < frame; at++) {
      frame = plain[at] == 0x2C ? at : frame;
    }
    ByteBuffer.wrap(small).order(ByteOrder.LITTLE_ENDIAN).putInt(frame + 5, 0x10001);

    // The writer begins with a code that makes the table anew.
    assertThat(load("image/gif", plain).visits()).isEqualTo(2 * TABLES + 300 * 200);
    assertThat(load("image/gif", small).visits()).isEqualTo(2 * TABLES + 300 * 200);
  }

  @Test
  void the_texts_before_the_frame_of_a_gif_count_by_how_often_they_are_copied() throws Exception {
    byte[] plain = written("gif", 8, 8, BufferedImage.TYPE_BYTE_INDEXED);
    long before = load("image/gif", plain).visits();

    long one = load("image/gif", with(plain, 13 + 3 * 256, comment(4_000))).visits() - before;
    long two = load("image/gif", with(plain, 13 + 3 * 256, comment(8_000))).visits() - before;

    assertThat(two).isBetween(4 * one - 10, 4 * one + 4_000);
    assertThat(one).isGreaterThan(4_000L * 255 * 4_000 / 2 / 64 / 300);
  }

  private static byte[] comment(int blocks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0x21, (byte) 0xFE});
    byte[] block = new byte[256];
    block[0] = (byte) 0xFF;
    for (int i = 0; i < blocks; i++) {
      out.writeBytes(block);
    }
    out.write(0);
    return out.toByteArray();
  }
}
