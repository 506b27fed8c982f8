package io.comfygateway.media;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.workflow.InputType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileRulesTest {
  private static final FileRules RULES = new FileRules(1_000_000, 10_000, 8);
  @TempDir private Path folder;

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
  void a_picture_is_one_for_a_picture_and_for_any_file_whatever_it_is_called(String image)
      throws Exception {
    String type = ContentTypes.ofName(image).orElseThrow();

    assertThat(typeOf(InputType.IMAGE, "page.html", image(image))).isEqualTo(type);
    assertThat(typeOf(InputType.FILE, "page.html", image(image))).isEqualTo(type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lossy-37x23.webp",
        "animated-37x23.webp",
        "exif-37x23.jpg",
        "rgb-37x23.png",
        "palette-37x23.gif"
      })
  void a_picture_that_is_cut_off_or_an_archive_as_well_is_refused(String image) throws Exception {
    byte[] whole = image(image);

    if (!image.endsWith("jpg")) {
      refused(InputType.IMAGE, Arrays.copyOf(whole, whole.length - 3), "damaged");
      refused(InputType.IMAGE, with(whole, "<script>".getBytes(UTF_8)), "behind its end");
    }
    assertThatThrownBy(() -> typeOf(InputType.IMAGE, "a.png", with(whole, zip())))
        .isInstanceOf(UnfitFileException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <!DOCTYPE html><p>                                             | an HTML page
          '  <!-- GIF89a --><html><script>alert(1)</script>'              | an HTML page
          <?php system('id');                                            | an HTML page
          <svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>    | an SVG
          '<?xml version="1.0"?> <!DOCTYPE svg PUBLIC> <svg>'            | an SVG
          #!/bin/sh                                                      | a script
          MZ and a program                                               | a program for Windows
          """)
  void a_page_a_program_and_an_SVG_fit_nowhere(String text, String what) {
    for (InputType kind :
        new InputType[] {InputType.IMAGE, InputType.AUDIO, InputType.VIDEO, InputType.FILE}) {
      refused(kind, text.getBytes(UTF_8), what);
      if (text.startsWith("<")) {
        refused(kind, ("\uFEFF" + text).getBytes(UTF_8), what);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "7F454C4602010100,a program for Linux",
    "CFFAEDFE07000001,a program for macOS or Java",
    "CAFEBABE0000003D,a program for macOS or Java",
    "0061736D01000000,a WebAssembly program",
    "504B030414000000,a zip archive",
    "1F8B080000000000,an archive",
    "377ABCAF271C0004,an archive",
    "526172211A070100,an archive",
    "80049500000000,a pickle of Python"
  })
  void programs_archives_and_pickles_fit_nowhere(String hex, String what) {
    for (InputType kind : new InputType[] {InputType.IMAGE, InputType.FILE}) {
      refused(kind, HexFormat.of().parseHex(hex), what);
    }
  }

  @Test
  void a_page_that_begins_like_a_picture_is_none() {
    refused(InputType.IMAGE, "GIF89a<html><script>alert(1)</script>".getBytes(UTF_8), "");
    refused(InputType.IMAGE, "GIF89a\1\0\1\0\0\0\0<html>".getBytes(UTF_8), "no GIF");
    refused(InputType.IMAGE, "\u00ff\u00d8\u00ff<html>".getBytes(UTF_8), "");
    refused(InputType.IMAGE, with(hex("89504E470D0A1A0A"), "<html>".getBytes(UTF_8)), "damaged");
    refused(InputType.IMAGE, "RIFF\4\0\0\0WEBP".getBytes(UTF_8), "damaged");
  }

  @Test
  void sound_and_film_are_told_by_their_bytes() throws Exception {
    byte[] wav = "RIFF\4\0\0\0WAVEfmt ".getBytes(UTF_8);
    byte[] mp4 = with(hex("00000018"), "ftypisom\0\0\2\0isomiso2".getBytes(UTF_8));
    byte[] ogg = "OggS\0\2\0\0".getBytes(UTF_8);

    assertThat(typeOf(InputType.AUDIO, "x", wav)).isEqualTo("audio/wav");
    assertThat(typeOf(InputType.AUDIO, "x.mp4", mp4)).isEqualTo("video/mp4");
    assertThat(typeOf(InputType.VIDEO, "x.mov", mp4)).isEqualTo("video/quicktime");
    assertThat(typeOf(InputType.VIDEO, "x.ogv", ogg)).isEqualTo("video/ogg");
    assertThat(typeOf(InputType.FILE, "x.json", "{}".getBytes(UTF_8)))
        .isEqualTo("application/json");
    refused(InputType.VIDEO, wav, "is audio/wav by its bytes, not a video");
    refused(InputType.AUDIO, image("rgb-37x23.png"), "not sound");
    refused(InputType.IMAGE, mp4, "not a picture");
    refused(InputType.IMAGE, new byte[] {0, 1, 2, 3}, "of no known kind");
  }

  @Test
  void a_picture_that_unpacks_to_too_much_is_refused_by_its_header() throws Exception {
    assertThat(typeOf(InputType.IMAGE, "a", png(100, 100, 1))).isEqualTo("image/png");
    refused(InputType.IMAGE, png(100, 101, 1), "100 x 101 pixels, and at most 10000");
    refused(InputType.IMAGE, png(50_000, 50_000, 1), "50000 x 50000");
    refused(InputType.FILE, png(Integer.MAX_VALUE, Integer.MAX_VALUE, 1), "pixels");
  }

  @Test
  void the_frames_of_a_picture_that_moves_count_together() throws Exception {
    assertThat(typeOf(InputType.IMAGE, "a", png(10, 10, 100))).isEqualTo("image/png");
    refused(InputType.IMAGE, png(10, 10, 101), "10 x 10 pixels in each of 101 frames");
    refused(InputType.IMAGE, gif(100, 100, 2), "in each of 2 frames");
    assertThat(typeOf(InputType.VIDEO, "a", gif(10, 10, 100))).isEqualTo("image/gif");
  }

  @Test
  void an_empty_file_and_a_large_one_are_refused() {
    refused(InputType.FILE, new byte[0], "is empty");
    refused(InputType.FILE, new byte[1_000_001], "more than 1000000 bytes");
  }

  @Test
  void a_name_ends_as_its_bytes_are() {
    assertThat(ContentTypes.named("page.html", "image/png")).isEqualTo("page.html.png");
    assertThat(ContentTypes.named("a.jpg", "image/jpeg")).isEqualTo("a.jpg");
    assertThat(ContentTypes.named("a", "video/mp4")).isEqualTo("a.mp4");
    assertThat(ContentTypes.named("a", "audio/mpeg")).isEqualTo("a.mp3");
    assertThat(ContentTypes.named("a.latent", ContentTypes.UNKNOWN)).isEqualTo("a.latent");
  }

  private String typeOf(InputType kind, String name, byte[] bytes) throws Exception {
    return RULES.typeOf(kind, name, Files.write(folder.resolve("file"), bytes));
  }

  private void refused(InputType kind, byte[] bytes, String why) {
    assertThatThrownBy(() -> typeOf(kind, "photo.png", bytes))
        .as(kind + " " + new String(bytes, 0, Math.min(40, bytes.length), UTF_8))
        .isInstanceOf(UnfitFileException.class)
        .hasMessageContaining(why);
  }

  private static byte[] png(int width, int height, int frames) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(hex("89504E470D0A1A0A"));
    file.writeBytes(
        chunk("IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).putInt(134348800)));
    if (frames > 1) {
      file.writeBytes(chunk("acTL", ByteBuffer.allocate(8).putInt(frames)));
    }
    file.writeBytes(chunk("IDAT", ByteBuffer.allocate(10)));
    file.writeBytes(chunk("IEND", ByteBuffer.allocate(0)));
    return file.toByteArray();
  }

  private static byte[] chunk(String type, ByteBuffer data) {
    CRC32 sum = new CRC32();
    sum.update(type.getBytes(UTF_8));
    sum.update(data.array());
    return ByteBuffer.allocate(12 + data.capacity())
        .putInt(data.capacity())
        .put(type.getBytes(UTF_8))
        .put(data.array())
        .putInt((int) sum.getValue())
        .array();
  }

  private static byte[] gif(int width, int height, int frames) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    byte[] size = {(byte) width, 0, (byte) height, 0};
    file.writeBytes("GIF89a".getBytes(UTF_8));
    file.writeBytes(size);
    file.writeBytes(hex("000000"));
    for (int i = 0; i < frames; i++) {
      file.writeBytes(hex("2C00000000"));
      file.writeBytes(size);
      file.writeBytes(hex("0002024C0100"));
    }
    file.write(0x3B);
    return file.toByteArray();
  }

  private static byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("run.sh"));
      zip.setComment("a comment");
    }
    return bytes.toByteArray();
  }

  private static byte[] with(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static byte[] image(String name) throws IOException {
    try (InputStream in = FileRulesTest.class.getResourceAsStream("/images/" + name)) {
      return in.readAllBytes();
    }
  }
}
