package io.comfygateway.media;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.workflow.InputType;
import java.nio.charset.Charset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages, programs, archives and pickles, which no input takes whatever they look like. */
class RefusedKindsTest extends JudgedFiles {
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
    refused(InputType.IMAGE, "GIF89a\1\0\1\0\0\0\0<html>".getBytes(UTF_8), "not that of a GIF");
    refused(InputType.IMAGE, "\u00ff\u00d8\u00ff<html>".getBytes(UTF_8), "");
    refused(InputType.IMAGE, with(hex("89504E470D0A1A0A"), "<html>".getBytes(UTF_8)), "damaged");
    refused(InputType.IMAGE, "RIFF\4\0\0\0WEBP".getBytes(UTF_8), "damaged");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Y29zCnN5c3RlbQooUydpZCcKdFIu          | of no known kind | a pickle of protocol 0
          Y19fYnVpbHRpbl9fCmV2YWwKKFYxCnRSLg==  | of no known kind | another
          KFMnaWQnCmlvcwpzeXN0ZW0KLg==          | of no known kind | one by INST
          KGRwMApTJ2EnCnAxCkkxCnMu              | of no known kind | one that calls nothing
          gAFjb3MKc3lzdGVtCihVAmlkdFIu          | a pickle         | protocol 1
          TVNDRgAAAAAAAAAA                      | an archive       | cab
          ITxhcmNoPgpkZWJpYW4=                  | an archive       | ar
          BCJNGAAAAAAA                          | an archive       | lz4
          XQAAgAD//////////w==                  | an archive       | lzma
          H52QAAAA                              | an archive       | compress
          77u/IyEvYmluL3NoCg==                  | a script         | a script behind a byte order mark
          """)
  void pickles_and_archives_of_any_kind_fit_nowhere(String base64, String what, String name) {
    refused(InputType.FILE, Base64.getDecoder().decode(base64), what);
  }

  @Test
  void a_page_behind_more_blanks_or_comment_than_are_looked_at_fits_nowhere() {
    List.of(
            " ".repeat(70_000) + "<html><script>",
            "<!--" + "a".repeat(70_000) + "--><svg onload='alert(1)'/>",
            "\n<!-- a -->".repeat(7_000) + "<script>",
            " ".repeat(65_530) + "<script>")
        .forEach(
            text ->
                refused(InputType.FILE, text.getBytes(UTF_8), "64 KB of white space and comments"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:script>alert(1)</s:script></s:svg>",
        "<x:html xmlns:x='http://www.w3.org/1999/xhtml'/>",
        "<!-- x --><?xml version='1.0'?>\n<y:z xmlns:y='urn:z'/>",
        "<h2>Hello</h2><script>alert(1)</script>",
        "<svg><script/></svg>",
        "<?xml version='1.0'?><a/>"
      })
  void markup_fits_nowhere_whatever_its_prefix_and_encoding(String text) {
    for (Charset charset : new Charset[] {UTF_8, UTF_16, UTF_16LE, UTF_16BE}) {
      byte[] mark = charset == UTF_16LE ? hex("FFFE") : new byte[0];
      refused(InputType.FILE, with(mark, text.getBytes(charset)), "");
    }
  }

  @Test
  void an_archive_behind_anything_is_found() throws Exception {
    byte[] mp4 = with(hex("00000018"), "ftypisom\0\0\2\0isomiso2".getBytes(UTF_8));
    byte[] wav = "RIFF\4\0\0\0WAVE".getBytes(UTF_8);
    for (byte[] first : new byte[][] {"x".repeat(10).getBytes(UTF_8), mp4, wav, glb()}) {
      refused(InputType.FILE, with(first, zip()), "");
      refused(InputType.FILE, with(with(first, zip()), "x".getBytes(UTF_8)), "");
    }
    refused(InputType.VIDEO, with(mp4, zip()), "a zip archive in one");
    refused(
        InputType.VIDEO, with(mp4, with("\r\n".getBytes(UTF_8), hex("377ABCAF271C"))), "archive");
    refused(InputType.AUDIO, with(wav, "<html>".getBytes(UTF_8)), "an HTML page follows its end");
    assertThat(typeOf(InputType.VIDEO, "a.mp4", with(mp4, "\r\n".getBytes(UTF_8))))
        .isEqualTo("video/mp4");
    assertThat(typeOf(InputType.AUDIO, "a.wav", with(wav, "id3 x".getBytes(UTF_8))))
        .isEqualTo("audio/wav");
  }

  @Test
  void an_old_tar_without_its_mark_is_told_by_its_checksum() {
    byte[] tar = new byte[1024];
    byte[] name = "../../evil".getBytes(UTF_8);
    System.arraycopy(name, 0, tar, 0, name.length);
    int sum = 8 * ' ';
    for (byte b : tar) {
      sum += b;
    }
    byte[] octal = "%06o\0 ".formatted(sum).getBytes(UTF_8);
    System.arraycopy(octal, 0, tar, 148, octal.length);

    refused(InputType.FILE, tar, "is an archive");
  }
}
