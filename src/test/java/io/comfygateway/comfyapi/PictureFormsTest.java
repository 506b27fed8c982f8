package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.picture.PictureMemory;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.upload.OwnFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures are converted one at a time, and only those that fit into memory. */
class PictureFormsTest {
  private static final long PATIENCE = 10;

  /** A screen of 1 x 1 pixels, and a frame of 6000 x 5000, which is above the limit. */
  private static final byte[] WIDE_FRAME =
      HexFormat.of()
          .parseHex(
              "474946383961"
                  + "01000100800000"
                  + "000000ffffff"
                  + "2c00000000"
                  + "70178813"
                  + "00"
                  + "02024c0100"
                  + "3b");

  @TempDir Path folder;
  private final PictureForms forms = new PictureForms(new PictureMemory(100), Duration.ZERO);

  private static byte[] picture(String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), format, out);
    return out.toByteArray();
  }

  private static OwnFile file(String contentType, byte[] bytes) {
    return TestFiles.of(contentType, bytes.length, () -> new ByteArrayInputStream(bytes));
  }

  private Path mask(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("mask"), bytes);
  }

  @Test
  void a_frame_that_is_larger_than_the_screen_of_its_file_is_not_decoded() throws IOException {
    OwnFile wide = file("image/gif", WIDE_FRAME);

    assertThat(forms.other(wide, "jpeg", "")).isEmpty();
    assertThat(forms.masked(wide, mask(picture("png")))).isEmpty();
    assertThat(forms.other(file("image/gif", picture("gif")), "jpeg", "")).isPresent();
  }

  @Test
  void a_broken_picture_is_sent_as_it_is() throws IOException {
    for (String format : new String[] {"png", "jpeg", "gif", "bmp"}) {
      byte[] whole = picture(format);
      byte[] head = Arrays.copyOf(whole, 20);
      assertThat(forms.other(file("image/" + format, head), "jpeg", "")).as(format).isEmpty();
      assertThat(forms.other(file("image/" + format, whole), "jpeg", "")).as(format).isPresent();
    }
  }

  @Test
  void a_mask_is_a_png_or_a_jpeg() throws IOException {
    OwnFile picture = file("image/png", picture("png"));

    assertThat(forms.masked(picture, mask(picture("png")))).isPresent();
    assertThat(forms.masked(picture, mask(picture("jpeg")))).isPresent();
    assertThat(forms.masked(picture, mask(picture("gif")))).isEmpty();
    assertThat(forms.masked(picture, mask(picture("bmp")))).isEmpty();
  }

  @Test
  void a_view_without_conversion_waits_for_none_and_others_do_not_wait_long() throws Exception {
    byte[] bytes = picture("png");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    OwnFile slow =
        TestFiles.of(
            "image/png",
            bytes.length,
            () -> {
              begun.countDown();
              if (!goOn.await(PATIENCE, TimeUnit.SECONDS)) {
                throw new IOException("The others wait for this conversion.");
              }
              return new ByteArrayInputStream(bytes);
            });
    FutureTask<Optional<PictureForms.Picture>> first =
        new FutureTask<>(() -> forms.other(slow, "jpeg", ""));
    new Thread(first, "first conversion").start();
    assertThat(begun.await(PATIENCE, TimeUnit.SECONDS)).isTrue();

    OwnFile other = file("image/png", bytes);
    assertThat(forms.other(other, "", "")).isEmpty();
    assertThat(forms.other(other, "jpeg", "")).isEmpty();
    assertThatThrownBy(() -> forms.masked(other, mask(bytes)))
        .isInstanceOfSatisfying(
            Problem.class, busy -> assertThat(busy.type()).isEqualTo(ProblemType.BUSY));
    goOn.countDown();
    assertThat(first.get(PATIENCE, TimeUnit.SECONDS)).isPresent();
    assertThat(forms.other(other, "jpeg", "")).isPresent();
  }
}
