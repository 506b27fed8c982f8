package io.comfygateway.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.workflow.FileKind;
import io.comfygateway.workflow.InputType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileRulesTest extends JudgedFiles {
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
  @CsvSource(
      delimiter = '|',
      value = {
        "0000001c 66747970 68656963 00000000 6d696631 68656963 | a HEIC picture | JPEG or PNG",
        "00000018 66747970 68657678 00000000 6d696631 | a HEIC picture | Most Compatible",
        "0000001c 66747970 6d696631 00000000 6d696631 68656963 | a HEIC picture | JPEG or PNG",
        "0000001c 66747970 6d696631 00000000 6d696631 61766966 | an AVIF picture | save it as PNG",
        "0000001c 66747970 61766966 00000000 61766966 6d696631 | an AVIF picture | save it as PNG",
        "49492a00 08000000 | a TIFF picture | save it as PNG",
        "4d4d002a 00000008 | a TIFF picture | save it as PNG",
        "49492b00 08000000 | a TIFF picture | save it as PNG"
      })
  void a_picture_that_is_not_taken_is_called_by_its_name_and_what_to_do_is_said(
      String hex, String name, String advice) {
    byte[] head = HexFormat.of().parseHex(hex.replace(" ", ""));

    assertThatThrownBy(
            () -> typeOf(InputType.IMAGE, "photo.jpg", Arrays.copyOf(head, head.length + 60)))
        .isInstanceOf(UnfitFileException.class)
        .hasMessageStartingWith("is " + name)
        .hasMessageContaining(advice);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lossy-37x23.webp",
        "animated-37x23.webp",
        "exif-37x23.jpg",
        "rgb-37x23.png",
        "rgb-37x23.bmp",
        "progressive-37x23.jpg",
        "palette-37x23.gif"
      })
  void a_picture_that_is_cut_off_or_an_archive_as_well_is_refused(String image) throws Exception {
    byte[] whole = image(image);

    refused(InputType.IMAGE, Arrays.copyOf(whole, whole.length - 3), "is cut off");
    refused(InputType.IMAGE, Arrays.copyOf(whole, whole.length / 2), "is cut off");
    refused(InputType.IMAGE, Arrays.copyOf(whole, 46), "is cut off");
    for (String behind : new String[] {"<script>", "7z\u00bc", "MZ", "\u007fELF", "x"}) {
      refused(InputType.IMAGE, with(whole, behind.getBytes(UTF_8)), "after its end");
    }
    refused(InputType.IMAGE, with(with(whole, zip()), new byte[1]), "");
    assertThatThrownBy(() -> typeOf(InputType.IMAGE, "a.png", with(whole, zip())))
        .isInstanceOf(UnfitFileException.class);
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "animated-37x23.webp",
        "exif-37x23.jpg",
        "rgb-37x23.png",
        "rgb-37x23.bmp",
        "palette-37x23.gif"
      })
  void a_line_end_or_zeros_behind_a_picture_are_no_fault(String image) throws Exception {
    String type = ContentTypes.ofName(image).orElseThrow();

    for (String behind : new String[] {"\n", "\r\n", " \t\r\n\n", "\0\0\0\0"}) {
      assertThat(typeOf(InputType.IMAGE, image, with(image(image), behind.getBytes(UTF_8))))
          .isEqualTo(type);
    }
  }

  @Test
  void what_phones_write_behind_a_JPEG_is_no_fault_and_anything_else_is() throws Exception {
    byte[] jpeg = image("exif-37x23.jpg");
    byte[] film = with(hex("00000010"), "ftypmp42\0\0\0\0\0\0\0\10free".getBytes(UTF_8));

    assertThat(typeOf(InputType.IMAGE, "a", with(jpeg, jpeg))).isEqualTo("image/jpeg");
    assertThat(typeOf(InputType.IMAGE, "a", with(jpeg, film))).isEqualTo("image/jpeg");
    assertThat(typeOf(InputType.IMAGE, "a", with(jpeg, samsung(0)))).isEqualTo("image/jpeg");
    refused(InputType.IMAGE, with(jpeg, with("7z".getBytes(UTF_8), samsung(0))), "after its end");
    refused(InputType.IMAGE, with(jpeg, with(film, "<html>".getBytes(UTF_8))), "after its end");
  }

  @Test
  void a_BMP_is_as_long_as_its_header_says() throws Exception {
    byte[] bmp = image("rgb-37x23.bmp");

    refused(InputType.IMAGE, Arrays.copyOf(bmp, 54), "is cut off");
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 64).putInt(22, -64);
    refused(InputType.IMAGE, bmp, "is cut off");
  }

  @Test
  void a_PNG_of_Xcode_is_named_as_such() {
    byte[] png = png(10, 10, 1);
    byte[] cgbi = with(Arrays.copyOf(png, 8), chunk("CgBI", ByteBuffer.allocate(4)));

    refused(InputType.IMAGE, with(cgbi, tail(png, 8)), "a PNG in Apple's own form (CgBI)");
  }

  @Test
  void a_long_text_and_a_short_one_of_blanks_are_texts() throws Exception {
    assertThat(typeOf(InputType.FILE, "a.txt", "word ".repeat(20_000).getBytes(UTF_8)))
        .isEqualTo("text/plain");
    assertThat(typeOf(InputType.FILE, "a.txt", " \n".repeat(100).getBytes(UTF_8)))
        .isEqualTo("text/plain");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a.txt         | a cat, in the style of c           | text/plain
          a.txt         | <lora:style:1> a cat                | text/plain
          a.txt         | 'cats\ndogs\nRed foxes.'          | text/plain
          a.txt         | 'if a < b then (see below).'        | text/plain
          a.csv         | a,b                                 | text/csv
          a.cube        | LUT_3D_SIZE 2                       | text/plain
          a.srt         | 1                                   | application/x-subrip
          a.json        | {"a": [1, NaN]}                     | application/json
          a.json        | {"a":                               | text/plain
          a.gltf        | {"asset": {"version": "2.0"}}       | model/gltf+json
          a.obj         | v 0 0 0                             | model/obj
          a.py          | import os                           | text/plain
          a.bat         | @echo off                           | text/plain
          a.html        | hello                               | text/plain
          """)
  void text_is_taken_and_called_after_what_runs_nothing(String name, String text, String type)
      throws Exception {
    byte[] bytes = text.replace("\\n", "\n").getBytes(UTF_8);

    assertThat(typeOf(InputType.FILE, name, bytes)).isEqualTo(type);
    assertThat(typeOf(InputType.FILE, name, with(hex("EFBBBF"), bytes))).isEqualTo(type);
    assertThat(ContentTypes.named("a.py", "text/plain")).isEqualTo("a.py.txt");
  }

  @Test
  void text_that_is_not_UTF_8_or_has_control_characters_is_none() {
    refused(InputType.FILE, "a cat".getBytes(UTF_16LE), "of no known kind");
    refused(InputType.FILE, "Stra\u00dfe".getBytes(ISO_8859_1), "of no known kind");
    refused(InputType.FILE, "a\0b".getBytes(UTF_8), "of no known kind");
    refused(InputType.FILE, new byte[] {1, 2, 3, 4}, "of no known kind");
  }

  @Test
  void an_input_takes_what_it_declares_and_nothing_else() throws Exception {
    byte[] json = "{\"a\": 1}".getBytes(UTF_8);
    byte[] safetensors = with(hex("0200000000000000"), "{}".getBytes(UTF_8));

    assertThat(typeOf(Set.of(FileKind.MODEL), "a.glb", glb())).isEqualTo("model/gltf-binary");
    assertThat(typeOf(Set.of(FileKind.MODEL), "a.pt", safetensors))
        .isEqualTo("application/x-safetensors");
    assertThat(typeOf(Set.of(FileKind.ARCHIVE), "a.zip", zip())).isEqualTo("application/zip");
    assertThat(typeOf(Set.of(FileKind.JSON, FileKind.AUDIO), "a.json", json))
        .isEqualTo("application/json");
    refused(Set.of(FileKind.MODEL), json, "is text by its bytes, not what this input takes: model");
    refused(Set.of(FileKind.JSON), "a cat".getBytes(UTF_8), "takes: json");
    refused(
        FileKind.USUAL,
        "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(UTF_8),
        "is an SVG, which can carry scripts, and not what this input takes: ");
    refused(Set.of(FileKind.TEXT), image("rgb-37x23.png"), "is image/png");
    refused(Set.of(FileKind.TEXT, FileKind.JSON), glb(), "takes: text, json");
    refused(FileKind.USUAL, zip(), "a zip archive");
    refused(FileKind.USUAL, "%PDF-1.7 ".getBytes(UTF_8), "application/pdf");
    assertThat(ContentTypes.named("a.pt", "application/x-safetensors"))
        .isEqualTo("a.pt.safetensors");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "animated-37x23.webp",
        "exif-37x23.jpg",
        "rgb-37x23.png",
        "rgb-37x23.bmp",
        "palette-37x23.gif"
      })
  void a_picture_with_any_byte_changed_is_taken_or_refused_and_nothing_else(String image)
      throws Exception {
    byte[] whole = image(image);
    for (int at = 0; at < Math.min(whole.length, 300); at++) {
      for (int value : new int[] {0, 1, 0x7F, 0xFF}) {
        byte[] changed = whole.clone();
        changed[at] = (byte) value;
        try {
          assertThat(typeOf(InputType.FILE, image, changed)).isNotBlank();
        } catch (UnfitFileException refused) {
          assertThat(refused).hasMessageMatching("(?s)(is|has) .+");
        }
      }
    }
  }

  // One block of nothing, and the list of it.
  private static byte[] samsung(int gap) {
    ByteBuffer trailer = ByteBuffer.allocate(8 + 24 + 8).order(ByteOrder.LITTLE_ENDIAN);
    trailer.putInt(0x0A01).putInt(0);
    trailer.put("SEFH".getBytes(UTF_8)).putInt(106).putInt(1);
    trailer.putInt(0x0A01).putInt(8 - gap).putInt(8);
    return trailer.putInt(24).put("SEFT".getBytes(UTF_8)).array();
  }
}
