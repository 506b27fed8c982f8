package io.comfygateway.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.problem.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputResponseTest {
  private static final String SHA = "ab".repeat(32);
  private static final String TAG = "\"" + SHA + "\"";
  private static final OutputResponse.Facts IMAGE =
      new OutputResponse.Facts("cat.png", "image/png", 1000, SHA);

  @Test
  void without_conditions_the_whole_output_is_sent() {
    OutputResponse response = to(Map.of());

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.offset()).isZero();
    assertThat(response.length()).isEqualTo(1000);
    assertThat(response.headers())
        .containsEntry("ETag", TAG)
        .containsEntry("Accept-Ranges", "bytes")
        .containsEntry("Content-Type", "image/png")
        .containsEntry("Content-Length", "1000")
        .containsEntry("X-Content-Type-Options", "nosniff")
        .containsEntry(
            "Content-Disposition", "inline; filename=\"cat.png\"; filename*=UTF-8''cat.png")
        .doesNotContainKey("Content-Range");
  }

  @Test
  void a_range_is_sent_as_a_part() {
    OutputResponse response = to(Map.of("rAnGe", "bytes=100-199"));

    assertThat(response.status()).isEqualTo(206);
    assertThat(response.offset()).isEqualTo(100);
    assertThat(response.length()).isEqualTo(100);
    assertThat(response.headers())
        .containsEntry("Content-Range", "bytes 100-199/1000")
        .containsEntry("Content-Length", "100");
  }

  @Test
  void a_range_outside_is_refused() {
    assertThatThrownBy(() -> to(Map.of("Range", "bytes=1000-"))).isInstanceOf(Problem.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "TAG", "W/TAG", "\"x\", TAG", "\"x,y\",W/TAG ,\"z\""})
  void a_copy_that_is_still_right_is_not_sent_again(String ifNoneMatch) {
    OutputResponse response =
        to(Map.of("If-None-Match", ifNoneMatch.replace("TAG", TAG), "Range", "bytes=5000-"));

    assertThat(response.status()).isEqualTo(304);
    assertThat(response.length()).isZero();
    assertThat(response.headers())
        .containsOnlyKeys("ETag", "Cache-Control")
        .containsEntry("ETag", TAG);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"x\"", "W/\"x\"", "ab", "\"*\"", "\"unfinished"})
  void another_copy_is_replaced(String ifNoneMatch) {
    assertThat(to(Map.of("If-None-Match", ifNoneMatch)).status()).isEqualTo(200);
  }

  @Test
  void a_header_sent_twice_counts_as_one_list() {
    Map<String, Object> headers = new HashMap<>();
    headers.put("if-none-match", List.of("\"x\"", TAG));
    headers.put("Range", null);

    assertThat(OutputResponse.to(OutputRequest.of(headers), IMAGE).status()).isEqualTo(304);
  }

  @Test
  void a_range_is_sent_only_of_the_output_that_the_caller_has_a_part_of() {
    Map<String, String> same = Map.of("Range", "bytes=0-9", "If-Range", TAG);
    Map<String, String> other = Map.of("Range", "bytes=0-9", "If-Range", "\"x\"");
    Map<String, String> weak = Map.of("Range", "bytes=0-9", "If-Range", "W/" + TAG);
    Map<String, String> date =
        Map.of("Range", "bytes=0-9", "If-Range", "Sat, 29 Oct 1994 19:43:31 GMT");
    Map<String, String> outside = Map.of("Range", "bytes=5000-", "If-Range", "\"x\"");

    assertThat(to(same).status()).isEqualTo(206);
    assertThat(List.of(to(other), to(weak), to(date), to(outside)))
        .extracting(OutputResponse::status)
        .containsOnly(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/html",
        "image/svg+xml",
        "application/xml",
        "text/javascript",
        "text/css",
        "application/pdf",
        "application/octet-stream",
        "application/zip",
        "model/gltf+json",
        "IMAGE/SVG+XML; charset=utf-8"
      })
  void what_a_browser_could_run_is_an_attachment(String contentType) {
    assertThat(ContentDisposition.of(contentType, "x")).startsWith("attachment;");
  }

  @ParameterizedTest
  @ValueSource(strings = {"image/png", "video/mp4", "audio/flac", "text/plain", "application/json"})
  void what_a_browser_only_shows_is_inline(String contentType) {
    assertThat(ContentDisposition.of(contentType, "x")).startsWith("inline;");
  }

  @Test
  void a_name_cannot_break_out_of_its_header() {
    String header =
        ContentDisposition.of("image/png", "a\"; x=\"\r\nSet-Cookie: a=b\\\u202e猫 100%'.png");

    assertThat(header)
        .isEqualTo("inline; filename=\"_ 100_'.png\"; filename*=UTF-8''%E7%8C%AB%20100%25%27.png");
    assertThat(ContentDisposition.of("image/png", "a\"; x=\"\r\nSet-Cookie: a=b.png"))
        .isEqualTo(
            "inline; filename=\"a_; x=_Set-Cookie_ a=b.png\"; "
                + "filename*=UTF-8''a_%3B%20x%3D_Set-Cookie_%20a%3Db.png");
  }

  @Test
  void text_is_said_to_be_utf_8() {
    var text = new OutputResponse.Facts("a.txt", "text/plain", 1, SHA);

    assertThat(OutputResponse.to(OutputRequest.of(Map.of()), text).headers())
        .containsEntry("Content-Type", "text/plain; charset=utf-8");
  }

  private static OutputResponse to(Map<String, String> headers) {
    return OutputResponse.to(OutputRequest.of(headers), IMAGE);
  }
}
