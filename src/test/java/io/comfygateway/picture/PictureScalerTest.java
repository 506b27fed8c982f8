package io.comfygateway.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Smaller pictures are averages of the larger ones. */
class PictureScalerTest {
  private static BufferedImage picture(int width, int height, int type, int... argb) {
    BufferedImage picture = new BufferedImage(width, height, type);
    for (int i = 0; i < width * height; i++) {
      picture.setRGB(i % width, i / width, argb[i % argb.length]);
    }
    return picture;
  }

  @ParameterizedTest
  @CsvSource({"7,5,3,2", "64,64,9,9", "100,1,1,1", "1,100,1,3", "5,5,4,4", "13,11,12,10"})
  void a_plain_colour_stays_as_it_is(int width, int height, int newWidth, int newHeight) {
    BufferedImage small =
        PictureScaler.scale(
            picture(width, height, BufferedImage.TYPE_INT_RGB, 0xFF336699),
            new PictureSize(newWidth, newHeight));

    assertThat(small.getWidth()).isEqualTo(newWidth);
    assertThat(small.getHeight()).isEqualTo(newHeight);
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        assertThat(small.getRGB(x, y)).isEqualTo(0xFF336699);
      }
    }
  }

  @Test
  void each_pixel_is_the_average_of_its_area() {
    BufferedImage checked =
        picture(4, 1, BufferedImage.TYPE_INT_RGB, 0xFF000000, 0xFFFFFFFF, 0xFFFF0000, 0xFF0000FF);

    BufferedImage small = PictureScaler.scale(checked, new PictureSize(2, 1));

    assertThat(small.getRGB(0, 0)).isEqualTo(0xFF808080);
    assertThat(small.getRGB(1, 0)).isEqualTo(0xFF800080);
  }

  @Test
  void what_is_transparent_has_no_colour() {
    BufferedImage half = picture(2, 1, BufferedImage.TYPE_INT_ARGB, 0x0000FF00, 0xFFFF0000);

    assertThat(PictureScaler.scale(half, new PictureSize(1, 1)).getRGB(0, 0)).isEqualTo(0x80FF0000);
  }

  @Test
  void a_picture_of_the_wanted_size_is_not_copied() {
    BufferedImage picture = picture(3, 2, BufferedImage.TYPE_INT_RGB, 1);

    assertThat(PictureScaler.scale(picture, new PictureSize(3, 2))).isSameAs(picture);
  }

  @Test
  void transparent_parts_become_white_in_a_jpeg() {
    BufferedImage clear = picture(3, 1, BufferedImage.TYPE_INT_ARGB, 0, 0x80000000, 0xFF112233);

    BufferedImage opaque = PictureEncoder.opaque(clear);

    assertThat(opaque.getRGB(0, 0)).isEqualTo(0xFFFFFFFF);
    assertThat(opaque.getRGB(1, 0)).isEqualTo(0xFF7F7F7F);
    assertThat(opaque.getRGB(2, 0)).isEqualTo(0xFF112233);
  }

  @ParameterizedTest
  @CsvSource({"10,8,128", "11,16,32896"})
  void grey_stays_as_dark_as_it_is(int type, int bits, int sample) {
    BufferedImage grey = new BufferedImage(4, 4, type);
    for (int i = 0; i < 16; i++) {
      grey.getRaster().setSample(i % 4, i / 4, 0, sample);
    }
    assertThat(grey.getColorModel().getComponentSize(0)).isEqualTo(bits);

    assertThat(PictureScaler.scale(grey, new PictureSize(2, 2)).getRGB(0, 0)).isEqualTo(0xFF808080);
    assertThat(PictureEncoder.opaque(grey).getRGB(0, 0)).isEqualTo(0xFF808080);
    assertThat(PixelRow.coloured(grey).getRGB(3, 3)).isEqualTo(0xFF808080);
  }
}
