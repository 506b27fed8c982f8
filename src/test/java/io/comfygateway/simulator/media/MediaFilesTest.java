package io.comfygateway.simulator.media;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The JDK reads no WebP, MP4 or FLAC. The digests are of files that were read back with Pillow and
 * FFmpeg: the same pixels, frames, rates and samples came out.
 */
class MediaFilesTest {

  @Test
  void a_png_keeps_every_pixel() {
    Picture waves = new Picture.Waves(70, 33, 4);

    Picture read = PictureFile.read(PngFile.of(waves)).orElseThrow();

    assertThat(read.width()).isEqualTo(70);
    assertThat(read.pixels()).isEqualTo(waves.pixels());
  }

  @Test
  void a_jpeg_is_close_to_the_picture() {
    Picture read =
        PictureFile.read(PictureFile.jpeg(new Picture.Plain(32, 32, 0x4080c0), 90)).orElseThrow();

    assertThat(read.pixels()[500] >> 16).isBetween(0x3d, 0x43);
  }

  @Test
  void what_is_no_picture_is_not_read() {
    assertThat(PictureFile.read(new byte[] {1, 2, 3})).isEmpty();
  }

  @Test
  void a_webp_is_the_one_that_was_read_back() throws Exception {
    assertThat(sha256(WebpFile.of(new Picture.Waves(300, 201, 0))))
        .isEqualTo("22b51e4faa69d8872fc962313d7e79ab110f6f733c3bf232f16670ef72f0b0b0");
    assertThat(sha256(WebpFile.animation(frames(), 100)))
        .isEqualTo("e56a1d7a86e67025750d6497816f1e2c07c96ea5a6ef17168f7ee80daf5a8da8");
  }

  @Test
  void a_film_is_the_one_that_was_read_back() throws Exception {
    assertThat(sha256(Mp4File.of(frames(), 8)))
        .isEqualTo("47fc1b1677861fb74470f2189bfa21537b12ed00232166ec3333db3edbe95924");
  }

  @Test
  void silence_is_the_one_that_was_read_back() throws Exception {
    assertThat(sha256(FlacFile.silence(44_100L * 60, 44_100, 2)))
        .isEqualTo("bc0b20aa900d9f8d4be8ef0288c329fa6406ab5eff15e262b1b9c8c8a59bc586");
  }

  @Test
  void a_large_picture_is_shrunk_in_proportion() {
    Picture small = new Picture.Waves(16_384, 8_192, 1).within(2_048);

    assertThat(small.width()).isEqualTo(2_048);
    assertThat(small.height()).isEqualTo(1_024);
  }

  @Test
  void noise_is_the_same_each_time_and_ends_where_it_should() {
    Noise noise = new Noise(7, 100_000);

    assertThat(noise.block(65_536)).hasSize(100_000 - 65_536).isEqualTo(noise.block(65_536));
    assertThat(noise.block(0)).hasSize(65_536).isNotEqualTo(new Noise(8, 100_000).block(0));
  }

  private static List<Picture> frames() {
    List<Picture> frames = new ArrayList<>();
    for (int seed = 0; seed < 6; seed++) {
      frames.add(new Picture.Waves(300, 201, seed));
    }
    return frames;
  }
}
