package io.comfygateway.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The names of files in headers. */
class ContentDispositionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "attachment; filename=photo.png | photo.png",
        "attachment;filename=\"a photo; of me.png\" | a photo; of me.png",
        "form-data; name=x; FILENAME = \"a \\\"b\\\".png\" | a \"b\".png",
        "attachment; filename=old.png; filename*=UTF-8''na%C3%AFve+1.png | na\u00efve+1.png",
        "attachment; filename*=utf-8'en'%E2%82%AC.png; filename=old.png | \u20ac.png",
        "attachment; filename*=GBK''x.png; filename=old.png | old.png",
        "attachment; filename*=UTF-8''%zz; filename=old.png | old.png"
      })
  void the_name_of_a_header_is_read(String header, String name) {
    assertThat(ContentDisposition.filename(header)).contains(name);
  }

  @ParameterizedTest
  @CsvSource({"''", "attachment", "attachment; filename=\"\"", "filename=photo.png"})
  void a_header_may_have_none(String header) {
    assertThat(ContentDisposition.filename(header)).isEmpty();
  }

  @Test
  void a_long_header_is_read_in_time_that_grows_with_its_length() {
    String long1 = "attachment; filename=\"" + "\\".repeat(15_000);
    String long2 = "attachment" + "; filename".repeat(1_500);

    assertThat(ContentDisposition.filename(long1)).isEmpty();
    assertThat(ContentDisposition.filename(long2)).isEmpty();
  }
}
