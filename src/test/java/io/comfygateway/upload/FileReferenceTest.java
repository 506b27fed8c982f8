package io.comfygateway.upload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file is named as in ComfyUI, and never leads out of a caller's folders. */
class FileReferenceTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          a.png                     | a.png  | ''       | input
          sub/dir/a.png             | a.png  | sub/dir  | input
          sub\\a.png                | a.png  | sub      | input
          a.png [input]             | a.png  | ''       | input
          x/a.png [output]          | a.png  | x        | output
          clipspace/a (1).png[temp] | a (1).png | clipspace | temp
          """)
  void an_input_names_a_file(String value, String filename, String subfolder, String type) {
    assertThat(FileReference.of(value)).contains(new FileReference(filename, subfolder, type));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "../a.png", "a/../b.png", "/etc/passwd", "a/./b", "sub/"})
  void a_path_that_leads_elsewhere_names_nothing(String value) {
    assertThat(FileReference.of(value)).isEmpty();
  }

  @Test
  void the_parts_of_a_query_are_checked_alike() {
    assertThat(FileReference.of("a.png", "sub/", "output"))
        .contains(new FileReference("a.png", "sub", "output"));
    assertThat(FileReference.of("../a.png", "", "output")).isEmpty();
    assertThat(FileReference.of("a.png", "../..", "output")).isEmpty();
    assertThat(FileReference.of("a\0.png", "", "output")).isEmpty();
    assertThat(FileReference.of("x".repeat(2_000), "", "output")).isEmpty();
  }

  @Test
  void a_name_may_look_like_another_file() {
    assertThat(FileReference.of("a.png [output]", "", "input").orElseThrow().isAnnotated())
        .isTrue();
    assertThat(FileReference.of("a [1].png", "", "input").orElseThrow().isAnnotated()).isFalse();
  }

  @Test
  void a_number_stands_before_the_ending() {
    FileReference name = new FileReference("photo.old.png", "s", "input");

    assertThat(name.numbered(2).filename()).isEqualTo("photo.old (2).png");
    assertThat(new FileReference("photo", "", "input").numbered(1).filename())
        .isEqualTo("photo (1)");
  }
}
