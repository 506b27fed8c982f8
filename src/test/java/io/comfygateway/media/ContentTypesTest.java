package io.comfygateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTypesTest {

  @ParameterizedTest
  @CsvFileSource(resources = "/output/content-types.csv", numLinesToSkip = 1)
  void the_bytes_decide_and_the_name_says_what_they_leave_open(
      String name, String hex, String type) {
    assertThat(ContentTypes.of(name, HexFormat.of().parseHex(hex.replace(" ", ""))))
        .isEqualTo(type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lossy-37x23.webp",
        "lossless-37x23.webp",
        "alpha-37x23.webp",
        "animated-37x23.webp",
        "progressive-37x23.jpg",
        "exif-37x23.jpg",
        "rgb-37x23.png",
        "rgb-37x23.bmp",
        "palette-37x23.gif"
      })
  void the_size_of_an_image_is_read_from_its_header(String image) throws Exception {
    byte[] bytes = image(image);

    assertThat(Dimensions.of(bytes)).contains(new Dimensions(37, 23));
    assertThat(ContentTypes.ofBytes(bytes)).isEqualTo(ContentTypes.ofName(image));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lossy-37x23.webp",
        "alpha-37x23.webp",
        "exif-37x23.jpg",
        "rgb-37x23.png",
        "rgb-37x23.bmp"
      })
  void a_header_that_is_cut_off_or_damaged_is_no_error(String image) throws Exception {
    byte[] bytes = image(image);
    for (int length = 0; length < Math.min(bytes.length, 200); length++) {
      byte[] head = Arrays.copyOf(bytes, length);
      assertThat(Dimensions.of(head).orElse(new Dimensions(37, 23)))
          .isEqualTo(new Dimensions(37, 23));
    }
    Random random = new Random(3);
    for (int i = 0; i < 5000; i++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(Math.min(40, damaged.length))] = (byte) random.nextInt();
      Dimensions.of(damaged)
          .ifPresent(
              size -> {
                assertThat(size.width()).isPositive();
                assertThat(size.height()).isPositive();
              });
      assertThat(ContentTypes.of(image, damaged)).isNotEmpty();
    }
  }

  @Test
  void a_bitmap_that_stands_on_its_head_has_a_positive_height() throws Exception {
    byte[] bytes = image("rgb-37x23.bmp");
    for (int i = 22; i < 26; i++) {
      bytes[i] = (byte) ~bytes[i];
    }
    bytes[22]++;

    assertThat(Dimensions.of(bytes)).contains(new Dimensions(37, 23));
  }

  @Test
  void other_files_have_no_size_in_pixels() {
    assertThat(Dimensions.of(new byte[0])).isEmpty();
    assertThat(Dimensions.of(new byte[64])).isEmpty();
  }

  private static byte[] image(String name) throws Exception {
    try (InputStream in = ContentTypesTest.class.getResourceAsStream("/images/" + name)) {
      return in.readAllBytes();
    }
  }
}
