package io.comfygateway.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the query of an output may ask for. */
class PictureRequestTest {
  private static Optional<PictureRequest> read(Map<String, String> query) {
    return PictureRequest.of(query::get);
  }

  @Test
  void a_query_without_parameters_wants_the_output_as_it_is() {
    assertThat(read(Map.of("expires", "1"))).isEmpty();
    assertThat(
            read(Map.of("format", "png", "metadata", "keep")).orElseThrow().isAsItIs("image/png"))
        .isTrue();
    assertThat(read(Map.of("format", "png")).orElseThrow().isAsItIs("image/png")).isFalse();
    assertThat(read(Map.of("metadata", "keep")).orElseThrow().isAsItIs("image/webp")).isTrue();
    assertThat(read(Map.of("metadata", "keep")).orElseThrow().isAsItIs("image/gif")).isFalse();
  }

  @Test
  void the_format_is_kept_where_something_is_converted_to_it() {
    PictureRequest small = read(Map.of("width", "8")).orElseThrow();

    assertThat(small.formatOf("image/webp")).isEqualTo(PictureFormat.WEBP);
    assertThat(small.formatOf("image/jpeg")).isEqualTo(PictureFormat.JPEG);
    assertThat(small.formatOf("image/gif")).isEqualTo(PictureFormat.PNG);
    assertThat(read(Map.of("format", "jpg")).orElseThrow().format()).contains(PictureFormat.JPEG);
  }

  @ParameterizedTest
  @CsvSource({
    "format,tiff",
    "format,''",
    "quality,0",
    "quality,101",
    "quality,high",
    "width,0",
    "width,16385",
    "height,-1",
    "height,9999999999",
    "metadata,yes"
  })
  void a_value_that_is_not_valid_is_named(String name, String value) {
    Problem problem = catchThrowableOfType(Problem.class, () -> read(Map.of(name, value)));

    assertThat(problem.type()).isEqualTo(ProblemType.INVALID_REQUEST);
    assertThat(problem.faults()).extracting(Problem.Fault::pointer).containsExactly("/" + name);
  }

  @Test
  void quality_is_nothing_for_a_png() {
    Map<String, String> query = Map.of("format", "png", "quality", "80", "width", "x");
    Problem problem = catchThrowableOfType(Problem.class, () -> read(query));

    assertThat(problem.faults())
        .extracting(Problem.Fault::pointer)
        .containsExactly("/quality", "/width");
  }

  @ParameterizedTest
  @CsvSource({
    "1000,500,100,0,100,50",
    "1000,500,0,100,200,100",
    "1000,500,100,10,20,10",
    "100,50,400,0,100,50",
    "10000,10,100,0,100,1",
    "1,1,1,1,1,1"
  })
  void a_picture_keeps_its_shape_and_never_grows(
      int width, int height, int wantedWidth, int wantedHeight, int newWidth, int newHeight) {
    PictureRequest request =
        new PictureRequest(Optional.empty(), Optional.empty(), wantedWidth, wantedHeight, false);

    assertThat(new PictureSize(width, height).within(request))
        .isEqualTo(new PictureSize(newWidth, newHeight));
  }
}
