package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.files.LocalFile;
import io.comfygateway.media.ScannedJpeg;
import io.comfygateway.picture.ConvertedPicture;
import io.comfygateway.picture.PictureCache;
import io.comfygateway.picture.PixelBudget;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.upload.CallerFile;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures are converted one at a time, and only those that fit into memory. */
class PictureVariantsTest {
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
  private int files;

  private PictureVariants forms(int pixels) {
    return forms(pixels, Duration.ZERO);
  }

  private PictureVariants forms(int pixels, Duration wait) {
    PictureCache cache =
        new PictureCache(
            folder.resolve("kept"),
            new PictureCache.Rules(1_000_000, Duration.ofDays(1)),
            InstantSource.system());
    return new PictureVariants(new PixelBudget(pixels), cache, wait);
  }

  private static byte[] picture(String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), format, out);
    return out.toByteArray();
  }

  private CallerFile file(String contentType, byte[] bytes) {
    return file(contentType, bytes.length, () -> new ByteArrayInputStream(bytes));
  }

  // Each has another digest.
  private CallerFile file(String contentType, long length, Callable<InputStream> bytes) {
    CallerFile file = TestFiles.of(contentType, length, bytes);
    return new CallerFile(
        file.filename(), contentType, file.content(), length, Integer.toString(files++));
  }

  private Path mask(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("mask"), bytes);
  }

  @Test
  void a_frame_that_is_larger_than_the_screen_of_its_file_is_not_decoded() throws IOException {
    PictureVariants forms = forms(100);
    CallerFile wide = file("image/gif", WIDE_FRAME);

    assertThat(forms.other(wide, "jpeg", "")).isEmpty();
    assertThat(forms.masked(wide, mask(picture("png")))).isEmpty();
    assertThat(forms.other(file("image/gif", picture("gif")), "jpeg", "")).isPresent();
  }

  @Test
  void a_broken_picture_is_sent_as_it_is() throws IOException {
    PictureVariants forms = forms(100);
    for (String format : new String[] {"png", "jpeg", "gif", "bmp"}) {
      byte[] whole = picture(format);
      byte[] head = Arrays.copyOf(whole, 20);
      assertThat(forms.other(file("image/" + format, head), "jpeg", "")).as(format).isEmpty();
      assertThat(forms.other(file("image/" + format, whole), "jpeg", "")).as(format).isPresent();
    }
  }

  @Test
  void a_mask_is_a_png_or_a_jpeg() throws IOException {
    PictureVariants forms = forms(100);
    CallerFile picture = file("image/png", picture("png"));

    assertThat(forms.masked(picture, mask(picture("png")))).isPresent();
    assertThat(forms.masked(picture, mask(picture("jpeg")))).isPresent();
    assertThat(forms.masked(picture, mask(picture("gif")))).isEmpty();
    assertThat(forms.masked(picture, mask(picture("bmp")))).isEmpty();
  }

  @Test
  void a_view_without_conversion_waits_for_none_and_others_do_not_wait_long() throws Exception {
    PictureVariants forms = forms(100);
    byte[] bytes = picture("png");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CallerFile slow =
        file(
            "image/png",
            bytes.length,
            () -> {
              begun.countDown();
              if (!goOn.await(PATIENCE, TimeUnit.SECONDS)) {
                throw new IOException("The others wait for this conversion.");
              }
              return new ByteArrayInputStream(bytes);
            });
    FutureTask<Optional<ConvertedPicture>> first =
        new FutureTask<>(() -> forms.other(slow, "jpeg", ""));
    new Thread(first, "first conversion").start();
    assertThat(begun.await(PATIENCE, TimeUnit.SECONDS)).isTrue();

    CallerFile other = file("image/png", bytes);
    assertThat(forms.other(other, "", "")).isEmpty();
    assertThat(forms.other(other, "jpeg", "")).isEmpty();
    assertThatThrownBy(() -> forms.masked(other, mask(bytes)))
        .isInstanceOfSatisfying(
            Problem.class, busy -> assertThat(busy.type()).isEqualTo(ProblemType.BUSY));
    goOn.countDown();
    assertThat(first.get(PATIENCE, TimeUnit.SECONDS)).isPresent();
    assertThat(forms.other(other, "jpeg", "")).isPresent();
  }

  private byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  @Test
  void a_pixel_with_16_bits_for_each_colour_counts_twice() throws IOException {
    ComponentColorModel deep =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            true,
            false,
            Transparency.TRANSLUCENT,
            DataBuffer.TYPE_USHORT);
    byte[] bytes =
        png(new BufferedImage(deep, deep.createCompatibleWritableRaster(8, 8), false, null));

    assertThat(forms(127).other(file("image/png", bytes), "", "rgb")).isEmpty();
    assertThat(forms(127).masked(file("image/png", picture("png")), mask(bytes))).isEmpty();
    assertThat(forms(128).other(file("image/png", bytes), "", "rgb")).isPresent();
    assertThat(forms(128).masked(file("image/png", picture("png")), mask(bytes))).isPresent();
  }

  @Test
  void a_form_is_made_once() throws IOException {
    PictureVariants forms = forms(100);
    CallerFile picture = file("image/png", picture("png"));
    ConvertedPicture first = forms.other(picture, "webp;70", "").orElseThrow();
    assertThat(forms.other(picture, "webp;70", "")).contains(first);
    assertThat(first.contentType()).isEqualTo("image/webp");
    assertThat(forms.other(picture, "webp;71", "").orElseThrow().file()).isNotEqualTo(first.file());
    assertThat(forms.other(picture, "", "a").orElseThrow().contentType()).isEqualTo("image/png");
  }

  @Test
  void a_masked_picture_has_the_colours_of_one_and_the_alpha_channel_of_the_other()
      throws IOException {
    BufferedImage grey = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setSample(0, 0, 0, 100);
    BufferedImage mask = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    mask.setRGB(0, 0, 0x40FFFFFF);

    Path file;
    try (LocalFile masked =
        forms(100).masked(file("image/png", png(grey)), mask(png(mask))).orElseThrow()) {
      file = masked.path();
      assertThat(ImageIO.read(file.toFile()).getRGB(0, 0)).isEqualTo(0x40646464);
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void few_wait_for_a_conversion_and_the_others_get_the_file_as_it_is() throws Exception {
    byte[] bytes = picture("png");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    PictureVariants forms = forms(100, Duration.ofSeconds(PATIENCE));
    CallerFile slow =
        file(
            "image/png",
            bytes.length,
            () -> {
              begun.countDown();
              goOn.await(PATIENCE, TimeUnit.SECONDS);
              return new ByteArrayInputStream(bytes);
            });
    List<FutureTask<Optional<ConvertedPicture>>> all = new ArrayList<>();
    all.add(start(forms, slow));
    assertThat(begun.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 10; i++) {
      all.add(start(forms, file("image/png", bytes)));
    }

    Awaitility.await().until(() -> all.stream().filter(FutureTask::isDone).count() == 7);
    goOn.countDown();
    int made = 0;
    for (FutureTask<Optional<ConvertedPicture>> one : all) {
      made += one.get(PATIENCE, TimeUnit.SECONDS).isPresent() ? 1 : 0;
    }
    assertThat(made).isEqualTo(4);
  }

  private static FutureTask<Optional<ConvertedPicture>> start(
      PictureVariants forms, CallerFile file) {
    FutureTask<Optional<ConvertedPicture>> task =
        new FutureTask<>(() -> forms.other(file, "jpeg", ""));
    new Thread(task, "conversion").start();
    return task;
  }

  private static byte[] grey(int width, int height) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY), "png", out);
    return out.toByteArray();
  }

  @Test
  void what_takes_much_beside_its_pixels_is_not_decoded() throws IOException {
    PictureVariants forms = forms(20_000_000);
    CallerFile row = file("image/png", grey(65_501, 1));
    CallerFile scans = file("image/jpeg", ScannedJpeg.of(4_000, 4_000, 1, 70));

    assertThat(forms.other(row, "jpeg", "")).isEmpty();
    assertThat(forms.other(row, "", "a")).isEmpty();
    assertThat(forms.other(scans, "webp", "")).isEmpty();
    assertThat(forms.masked(scans, mask(picture("png")))).isEmpty();
    assertThat(forms.masked(file("image/png", picture("png")), mask(grey(65_501, 1)))).isEmpty();
  }

  @Test
  void a_preview_that_is_too_wide_for_webp_has_another_format() throws IOException {
    ConvertedPicture preview =
        forms(1_000_000).other(file("image/png", grey(20_000, 2)), "webp", "").orElseThrow();

    assertThat(preview.contentType()).isEqualTo("image/jpeg");
  }
}
