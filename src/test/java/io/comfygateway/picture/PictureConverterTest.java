package io.comfygateway.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.comfygateway.SettableClock;
import io.comfygateway.files.FreeSpace;
import io.comfygateway.files.LocalFile;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.Dimensions;
import io.comfygateway.media.ImageExtent;
import io.comfygateway.media.ScannedJpeg;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.embedded.EmbeddedGraph;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures in other formats and sizes. */
class PictureConverterTest {
  private static final String PROMPT =
      "{\"1\": {\"class_type\": \"K\", \"inputs\": {\"t\": \"\\u732b\"}}}";

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();
  private final AtomicInteger opened = new AtomicInteger();
  private final CountDownLatch open = new CountDownLatch(1);
  private PictureConverter converter;

  @BeforeEach
  void create() {
    converter = converter(10_000, 10);
    open.countDown();
  }

  private PictureConverter converter(int pixels, int mostWaiting) {
    return converter(pixels, mostWaiting, 10);
  }

  private PictureConverter converter(int pixels, int mostWaiting, int mostOfOwner) {
    return new PictureConverter(
        new PictureCache(
            folder.resolve("pictures"),
            new PictureCache.Rules(1_000_000, Duration.ofDays(1)),
            clock),
        new PixelBudget(pixels),
        new FreeSpace(Set.of(folder), 0),
        mostWaiting,
        mostOfOwner);
  }

  private OriginalPicture original(String resource) throws IOException {
    Path file = folder.resolve(resource);
    try (InputStream in = getClass().getResourceAsStream("/images/" + resource)) {
      Files.write(file, in.readAllBytes());
    }
    return original(file);
  }

  private OriginalPicture original(Path file) throws IOException {
    return original(file, open);
  }

  private OriginalPicture original(Path file, CountDownLatch until) throws IOException {
    String name = file.getFileName().toString();
    StoredBytes bytes =
        new StoredBytes() {
          @Override
          public void require() {}

          @Override
          public InputStream open(long offset, long length) {
            throw new AssertionError("it is read as a file");
          }

          @Override
          public LocalFile local() {
            opened.incrementAndGet();
            try {
              until.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return new LocalFile(file, false);
          }

          @Override
          public Optional<Path> file() {
            return Optional.empty();
          }
        };
    byte[] all = Files.readAllBytes(file);
    return new OriginalPicture(
        name,
        "alice",
        ContentTypes.of(name, all),
        Dimensions.of(all).map(size -> new PictureSize(size.width(), size.height())),
        bytes);
  }

  private Path png(String name, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        picture.setRGB(x, y, x * 255 / width << 16 | y * 255 / height << 8);
      }
    }
    PictureEncoder.write(
        picture,
        PictureFormat.PNG,
        0,
        new PictureMetadata(Optional.of(PROMPT), Optional.of("{\"nodes\":[]}")),
        file);
    return file;
  }

  private static PictureRequest request(
      PictureFormat format, int width, int height, boolean keepsMetadata) {
    return new PictureRequest(
        Optional.ofNullable(format), Optional.empty(), width, height, keepsMetadata);
  }

  private static Problem problem(Throwable failed) {
    assertThat(failed).as(String.valueOf(failed)).isNotNull();
    return (Problem) (failed instanceof Problem ? failed : failed.getCause());
  }

  @ParameterizedTest
  @CsvSource({
    "rgb-37x23.png,WEBP", "rgb-37x23.png,JPEG", "rgb-37x23.png,PNG",
    "lossy-37x23.webp,JPEG", "lossless-37x23.webp,PNG", "alpha-37x23.webp,WEBP",
    "alpha-37x23.webp,JPEG", "progressive-37x23.jpg,WEBP", "exif-37x23.jpg,PNG",
    "palette-37x23.gif,WEBP", "rgb-37x23.bmp,JPEG"
  })
  void each_format_becomes_each_other(String resource, PictureFormat format) throws Exception {
    ConvertedPicture picture =
        converter.convert(original(resource), request(format, 0, 10, false)).get();

    byte[] bytes = Files.readAllBytes(picture.file());
    assertThat(picture.contentType()).isEqualTo(format.contentType());
    assertThat(ContentTypes.ofBytes(bytes)).contains(format.contentType());
    assertThat(Dimensions.of(bytes)).contains(new Dimensions(16, 10));
    assertThat(ImageExtent.of(format.contentType(), picture.file()).frames()).isEqualTo(1);
    assertThat(picture.bytes()).isEqualTo(bytes.length);
  }

  /** Exif 3.0, 4.6.5.1.6: where the rows and columns of the stored picture are seen. */
  @ParameterizedTest
  @CsvSource({
    "1,abc/def", "2,cba/fed", "3,fed/cba", "4,def/abc",
    "5,ad/be/cf", "6,da/eb/fc", "7,fc/eb/da", "8,cf/be/ad"
  })
  void a_picture_is_turned_as_its_exif_data_says(int orientation, String seen) throws Exception {
    BufferedImage stored = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    for (int at = 0; at < 6; at++) {
      stored.setRGB(at % 3, at / 3, 40 * at);
    }

    ConvertedPicture picture =
        converter
            .convert(turned("letters.png", stored, orientation), request(null, 0, 0, false))
            .get();

    BufferedImage shown = ImageIO.read(picture.file().toFile());
    StringBuilder rows = new StringBuilder();
    for (int y = 0; y < shown.getHeight(); y++) {
      rows.append(y > 0 ? "/" : "");
      for (int x = 0; x < shown.getWidth(); x++) {
        rows.append((char) ('a' + (shown.getRGB(x, y) & 0xFF) / 40));
      }
    }
    assertThat(rows).hasToString(seen);
  }

  @Test
  void the_width_is_that_of_the_turned_picture() throws Exception {
    OriginalPicture original =
        turned("lying.png", new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), 6);

    Path narrow = converter.convert(original, request(null, 15, 0, false)).get().file();
    Path low = converter.convert(original, request(null, 0, 20, false)).get().file();
    Path other = converter.convert(original, request(null, 20, 0, false)).get().file();

    assertThat(Dimensions.of(Files.readAllBytes(narrow))).contains(new Dimensions(15, 20));
    assertThat(low).isNotEqualTo(other);
    assertThat(Dimensions.of(Files.readAllBytes(low))).contains(new Dimensions(15, 20));
    assertThat(Dimensions.of(Files.readAllBytes(other))).contains(new Dimensions(20, 27));
  }

  /** A PNG with a chunk of Exif data behind its header. */
  private OriginalPicture turned(String name, BufferedImage picture, int orientation)
      throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", plain);
    byte[] exif =
        ByteBuffer.allocate(30)
            .put("eXIfMM".getBytes(StandardCharsets.US_ASCII))
            .putShort((short) 42)
            .putInt(8)
            .putShort((short) 1)
            .putShort((short) 0x0112)
            .putShort((short) 3)
            .putInt(1)
            .putShort((short) orientation)
            .array();
    CRC32 checksum = new CRC32();
    checksum.update(exif);
    int header = 8 + 25;
    byte[] bytes =
        ByteBuffer.allocate(plain.size() + exif.length + 8)
            .put(plain.toByteArray(), 0, header)
            .putInt(exif.length - 4)
            .put(exif)
            .putInt((int) checksum.getValue())
            .put(plain.toByteArray(), header, plain.size() - header)
            .array();
    return original(Files.write(folder.resolve(name), bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"WEBP", "JPEG", "PNG"})
  void graph_and_workflow_are_kept_on_request(PictureFormat format) throws Exception {
    OriginalPicture original = original(png("texts.png", 40, 30));

    Path kept = converter.convert(original, request(format, 0, 0, true)).get().file();
    Path dropped = converter.convert(original, request(format, 20, 0, false)).get().file();

    EmbeddedGraph graph = EmbeddedGraph.read(kept).orElseThrow();
    assertThat(graph.prompt().orElseThrow().at("/1/inputs/t").asText()).isEqualTo("\u732b");
    assertThat(graph.workflow().orElseThrow().has("nodes")).isTrue();
    assertThat(EmbeddedGraph.read(dropped)).isEmpty();
    assertThat(ImageExtent.of(format.contentType(), kept).width()).isEqualTo(40);
  }

  @Test
  void a_transparent_picture_keeps_both_its_transparency_and_its_graph_in_webp() throws Exception {
    Path file = folder.resolve("clear.png");
    PictureEncoder.write(
        new BufferedImage(9, 7, BufferedImage.TYPE_INT_ARGB),
        PictureFormat.PNG,
        0,
        new PictureMetadata(Optional.of(PROMPT), Optional.empty()),
        file);

    Path webp =
        converter.convert(original(file), request(PictureFormat.WEBP, 0, 0, true)).get().file();

    assertThat(EmbeddedGraph.read(webp)).isPresent();
    PictureDecoder.Source source =
        new PictureDecoder(100).look(webp, "image/webp", request(null, 0, 0, false));
    assertThat(new PictureDecoder(100).read(source, request(null, 0, 0, false)).getRGB(0, 0) >>> 24)
        .isZero();
  }

  @Test
  void texts_that_a_jpeg_cannot_hold_are_left_out_the_workflow_first() {
    String large = "{\"x\": \"" + "y".repeat(70_000) + "\"}";
    PictureMetadata one = new PictureMetadata(Optional.of("{}"), Optional.of(large));
    PictureMetadata none = new PictureMetadata(Optional.of(large), Optional.of("{}"));

    assertThat(one.exif(65_000)).get().satisfies(exif -> assertThat(exif.length).isLessThan(100));
    assertThat(none.exif(65_000)).isEmpty();
    assertThat(PictureMetadata.NONE.exif(65_000)).isEmpty();
  }

  @Test
  void a_conversion_that_is_kept_is_not_made_again() throws Exception {
    OriginalPicture original = original("rgb-37x23.png");
    PictureRequest request = request(PictureFormat.WEBP, 8, 0, false);

    ConvertedPicture first = converter.convert(original, request).get();
    ConvertedPicture second = converter.convert(original, request).get();
    converter.convert(original, request(PictureFormat.WEBP, 9, 0, false)).get();

    assertThat(second).isEqualTo(first);
    assertThat(opened).hasValue(2);
  }

  @Test
  void requests_at_the_same_time_share_one_conversion_and_too_many_others_are_refused()
      throws Exception {
    converter = converter(10_000, 1);
    CountDownLatch held = new CountDownLatch(1);
    OriginalPicture original = original(png("held.png", 20, 20), held);
    List<CompletableFuture<ConvertedPicture>> same = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      same.add(converter.convert(original, request(PictureFormat.PNG, 5, 0, false)));
    }
    List<CompletableFuture<ConvertedPicture>> others = new ArrayList<>();
    Throwable refused = null;
    for (int width = 6; width < 10 && refused == null; width++) {
      PictureRequest other = request(PictureFormat.PNG, width, 0, false);
      refused = catchThrowable(() -> others.add(converter.convert(original, other)));
    }

    assertThat(problem(refused).type()).isEqualTo(ProblemType.BUSY);
    held.countDown();
    ConvertedPicture picture = same.get(0).get();
    for (CompletableFuture<ConvertedPicture> one : same) {
      assertThat(one.get()).isEqualTo(picture);
    }
    for (CompletableFuture<ConvertedPicture> one : others) {
      one.get();
    }
    assertThat(opened).hasValue(1 + others.size());
  }

  @Test
  void requests_that_come_to_the_same_size_are_one() throws Exception {
    OriginalPicture original = original("rgb-37x23.png");

    ConvertedPicture first =
        converter.convert(original, request(PictureFormat.WEBP, 5_000, 0, false)).get();
    ConvertedPicture second =
        converter.convert(original, request(PictureFormat.WEBP, 0, 999, false)).get();

    assertThat(second).isEqualTo(first);
    assertThat(opened).hasValue(1);
  }

  @Test
  void one_owner_has_a_limit_of_its_own() throws Exception {
    converter = converter(10_000, 10, 2);
    CountDownLatch held = new CountDownLatch(1);
    OriginalPicture of = original(png("owned.png", 20, 20), held);
    OriginalPicture others =
        new OriginalPicture("x", "bob", of.contentType(), of.size(), of.bytes());
    var one = converter.convert(of, request(PictureFormat.PNG, 5, 0, false));
    var two = converter.convert(of, request(PictureFormat.PNG, 6, 0, false));

    Throwable refused =
        catchThrowable(() -> converter.convert(of, request(PictureFormat.PNG, 7, 0, false)));
    var third = converter.convert(others, request(PictureFormat.PNG, 7, 0, false));

    assertThat(problem(refused).type()).isEqualTo(ProblemType.BUSY);
    held.countDown();
    assertThat(one.get().bytes() + two.get().bytes() + third.get().bytes()).isPositive();
    assertThat(converter.convert(of, request(PictureFormat.PNG, 7, 0, false)).get()).isNotNull();
  }

  @Test
  void an_error_is_answered_too() throws Exception {
    StoredBytes failing =
        new StoredBytes() {
          @Override
          public void require() {}

          @Override
          public InputStream open(long offset, long length) {
            throw new AssertionError("it is read as a file");
          }

          @Override
          public LocalFile local() {
            throw new StackOverflowError();
          }

          @Override
          public Optional<Path> file() {
            return Optional.empty();
          }
        };
    OriginalPicture original =
        new OriginalPicture("x", "alice", "image/png", Optional.empty(), failing);

    Throwable failed =
        catchThrowable(
            () -> converter.convert(original, request(PictureFormat.PNG, 7, 0, false)).get());

    assertThat(failed).hasCauseInstanceOf(StackOverflowError.class);
  }

  @Test
  void pictures_of_sixteen_bits_count_twice() throws Exception {
    Path deep = folder.resolve("deep.png");
    ImageIO.write(new BufferedImage(80, 80, BufferedImage.TYPE_USHORT_GRAY), "png", deep.toFile());

    PictureDecoder.Source source =
        new PictureDecoder(100_000).look(deep, "image/png", request(null, 0, 0, false));

    assertThat(PictureDecoder.decodedPixels(source, request(null, 0, 0, false))).isEqualTo(12_800);
  }

  @Test
  void a_large_picture_is_decoded_only_for_a_small_one() throws Exception {
    OriginalPicture large = original(png("large.png", 400, 300));

    Throwable refused =
        catchThrowable(() -> converter.convert(large, request(null, 300, 0, false)).get());
    ConvertedPicture small = converter.convert(large, request(null, 20, 0, false)).get();

    assertThat(problem(refused).type()).isEqualTo(ProblemType.INVALID_INPUT);
    assertThat(problem(refused).faults().get(0).pointer()).isEqualTo("/width");
    assertThat(problem(refused)).hasMessageContaining("400 x 300 pixels; at most 10000");
    assertThat(Dimensions.of(Files.readAllBytes(small.file()))).contains(new Dimensions(20, 15));
    BufferedImage picture = ImageIO.read(small.file().toFile());
    assertThat(picture.getRGB(19, 0) >> 16 & 0xFF).isGreaterThan(230);
    assertThat(picture.getRGB(0, 14) >> 8 & 0xFF).isGreaterThan(230);
  }

  @Test
  void what_is_no_still_picture_is_refused_with_what_to_do() throws Exception {
    OriginalPicture animated = original("animated-37x23.webp");
    Path text = Files.writeString(folder.resolve("notes.txt"), "notes");
    Path broken = folder.resolve("broken.png");
    byte[] half = Files.readAllBytes(png("whole.png", 30, 30));
    Files.write(broken, java.util.Arrays.copyOf(half, half.length / 2));

    assertThat(
            problem(
                catchThrowable(
                    () -> converter.convert(animated, request(null, 8, 0, false)).get())))
        .hasMessageContaining("animated");
    assertThatThrownBy(() -> converter.convert(original(text), request(null, 8, 0, false)))
        .hasMessageContaining("The output is text/plain");
    assertThat(
            problem(
                catchThrowable(
                    () -> converter.convert(original(broken), request(null, 8, 0, false)).get())))
        .hasMessageContaining("damaged image/png");
    try (var files = Files.list(folder.resolve("pictures"))) {
      assertThat(files).isEmpty();
    }
  }

  private static Path wide(Path file, int width, int height) throws IOException {
    ImageIO.write(
        new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY), "png", file.toFile());
    return file;
  }

  private Problem refused(OriginalPicture original, PictureRequest request) {
    return problem(catchThrowable(() -> converter.convert(original, request).get()));
  }

  @Test
  void a_picture_with_a_longer_side_than_libjpeg_takes_is_not_decoded() throws Exception {
    converter = converter(1_000_000, 10);
    OriginalPicture row = original(wide(folder.resolve("row.png"), 65_501, 1));

    Problem problem = refused(row, request(PictureFormat.PNG, 10, 0, false));

    assertThat(problem.type()).isEqualTo(ProblemType.INVALID_INPUT);
    assertThat(problem).hasMessageContaining("sides of at most 65500");
  }

  @Test
  void the_longest_side_of_the_wanted_format_is_named() throws Exception {
    converter = converter(1_000_000, 10);
    OriginalPicture row = original(wide(folder.resolve("row.png"), 20_000, 8));

    Problem problem = refused(row, request(PictureFormat.WEBP, 0, 0, false));
    ConvertedPicture smaller =
        converter.convert(row, request(PictureFormat.WEBP, 16_383, 0, false)).get();

    assertThat(problem.faults().get(0).pointer()).isEqualTo("/width");
    assertThat(problem).hasMessageContaining("webp has at most 16383");
    assertThat(Dimensions.of(Files.readAllBytes(smaller.file())).orElseThrow().width())
        .isEqualTo(16_383);
  }

  @Test
  void a_jpeg_with_many_scans_is_not_decoded() throws Exception {
    Path file = folder.resolve("scans.jpg");
    Files.write(file, ScannedJpeg.of(80, 80, 1, 100));
    OriginalPicture some = original(file);
    Path bomb = folder.resolve("bomb.jpg");
    Files.write(bomb, ScannedJpeg.of(4_000, 4_000, 1, 70));
    OriginalPicture many = original(bomb);

    assertThat(converter.convert(some, request(null, 8, 0, false)).get().bytes()).isPositive();
    assertThat(refused(many, request(null, 8, 0, false))).hasMessageContaining("too many scans");
  }

  @Test
  void the_coefficients_of_a_progressive_jpeg_count_although_few_pixels_are_decoded()
      throws Exception {
    Path file = folder.resolve("progressive.jpg");
    Files.write(file, ScannedJpeg.of(200, 200, 3, 3));
    PictureRequest small = request(null, 8, 0, false);

    PictureDecoder.Source source = new PictureDecoder(100_000).look(file, "image/jpeg", small);

    assertThat(PictureDecoder.budget(source, small)).isEqualTo(25 * 25 * 64 * 2 * 3 / 12);
    assertThat(refused(original(file), small)).hasMessageContaining("coefficients");
  }

  @Test
  void a_large_webp_of_few_pixels_is_not_read() throws Exception {
    OriginalPicture plain = original("lossy-37x23.webp");
    byte[] bytes = Files.readAllBytes(folder.resolve("lossy-37x23.webp"));
    byte[] padded = java.util.Arrays.copyOf(bytes, bytes.length + 8 + (1 << 20));
    java.nio.ByteBuffer.wrap(padded)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putInt(4, padded.length - 8)
        .putInt(bytes.length, 0x4B4E554A)
        .putInt(bytes.length + 4, 1 << 20);
    Path large = Files.write(folder.resolve("large.webp"), padded);

    assertThat(converter.convert(plain, request(null, 8, 0, false)).get().bytes()).isPositive();
    assertThat(refused(original(large), request(null, 8, 0, false)))
        .hasMessageContaining("bytes beside its pixels");
  }

  @Test
  void a_file_is_not_read_for_long() throws Exception {
    AtomicLong now = new AtomicLong();
    Path file = Files.write(folder.resolve("two"), new byte[] {1, 2});
    try (TimedImageStream stream = new TimedImageStream(file, now::get)) {
      assertThat(stream.read()).isEqualTo(1);
      now.addAndGet(Duration.ofMinutes(2).toNanos());
      assertThatThrownBy(stream::read).isInstanceOf(IIOException.class);
      assertThatThrownBy(() -> stream.readFully(new byte[1])).isInstanceOf(IIOException.class);
    }
  }
}
