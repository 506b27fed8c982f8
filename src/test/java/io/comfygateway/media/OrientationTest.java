package io.comfygateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrientationTest {
  private static final String EXIF = "Exif\0\0";

  @TempDir Path folder;

  /** A TIFF whose first directory has the model of a camera and the orientation. */
  private static byte[] exif(ByteOrder order, int value) {
    return ByteBuffer.allocate(38)
        .order(order)
        .put(latin(order == ByteOrder.BIG_ENDIAN ? "MM" : "II"))
        .putShort((short) 42)
        .putInt(8)
        .putShort((short) 2)
        .putShort((short) 0x0110)
        .putShort((short) 2)
        .putInt(1)
        .putInt(0)
        .putShort((short) 0x0112)
        .putShort((short) 3)
        .putInt(1)
        .putShort((short) value)
        .putShort((short) 0)
        .putInt(0)
        .array();
  }

  private static byte[] jpeg(byte[] exif) {
    return ByteBuffer.allocate(100)
        .putShort((short) 0xFFD8)
        .putShort((short) 0xFFE0)
        .putShort((short) 4)
        .putShort((short) 0)
        .putShort((short) 0xFFE1)
        .putShort((short) (2 + EXIF.length() + exif.length))
        .put(latin(EXIF))
        .put(exif)
        .putShort((short) 0xFFDA)
        .array();
  }

  private static byte[] webp(byte[] exif) {
    return ByteBuffer.allocate(100)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(latin("RIFF"))
        .putInt(92)
        .put(latin("WEBPVP8 "))
        .putInt(3)
        .putInt(0)
        .put(latin("EXIF"))
        .putInt(exif.length)
        .put(exif)
        .array();
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private Orientation of(String type, byte[] bytes) throws IOException {
    return Orientation.of(type, Files.write(folder.resolve("picture"), bytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 6, 8})
  void a_jpeg_says_it_in_either_byte_order(int value) throws IOException {
    assertThat(of("image/jpeg", jpeg(exif(ByteOrder.BIG_ENDIAN, value))).value()).isEqualTo(value);
    assertThat(of("image/jpeg", jpeg(exif(ByteOrder.LITTLE_ENDIAN, value))).value())
        .isEqualTo(value);
  }

  @Test
  void a_webp_says_it_with_and_without_the_prefix_of_a_jpeg() throws IOException {
    byte[] plain = exif(ByteOrder.LITTLE_ENDIAN, 5);
    byte[] prefixed = ByteBuffer.allocate(6 + plain.length).put(latin(EXIF)).put(plain).array();

    assertThat(of("image/webp", webp(plain)).value()).isEqualTo(5);
    assertThat(of("image/webp", webp(prefixed)).value()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9, 0x7FFF})
  void an_unknown_value_is_upright(int value) throws IOException {
    assertThat(of("image/jpeg", jpeg(exif(ByteOrder.BIG_ENDIAN, value))))
        .isEqualTo(Orientation.UPRIGHT);
  }

  @Test
  void damaged_data_and_other_types_are_upright() throws IOException {
    byte[] whole = jpeg(exif(ByteOrder.BIG_ENDIAN, 6));

    for (int length = 0; length < 52; length++) {
      assertThat(of("image/jpeg", Arrays.copyOf(whole, length)))
          .as("cut off at " + length)
          .isEqualTo(Orientation.UPRIGHT);
    }
    assertThat(of("image/gif", whole)).isEqualTo(Orientation.UPRIGHT);
    assertThat(of("image/png", new byte[200])).isEqualTo(Orientation.UPRIGHT);
  }
}
