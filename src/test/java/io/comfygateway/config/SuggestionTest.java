package io.comfygateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
  @ParameterizedTest
  @CsvSource({
    "EmptyImage, EmptyImages, true",
    "Ksampler, KSampler, true",
    "KSmapler, KSampler, true",
    "SAMLoader, VAELoader, false",
    "CLIPLoader, DualCLIPLoader, false",
    "ModelSamplingSD3, ModelSamplingFlux, false",
    "CLIPTextEncodeSD2, CLIPTextEncodeSD3, false",
    "Upscale, Upscale4, false"
  })
  void only_a_single_slip_suggests_a_name_of_many_that_are_alike(
      String given, String known, boolean isMeant) {
    assertThat(Suggestion.ofOneSlip(given, List.of(known, "PreviewAudio")))
        .isEqualTo(isMeant ? "; did you mean \"" + known + "\"?" : "");
  }

  @ParameterizedTest
  @CsvSource({"step, steps, true", "widht, width, true", "seed, steps, false", "a, width, false"})
  void otherwise_two_slips_do(String given, String known, boolean isMeant) {
    assertThat(Suggestion.didYouMean(given, List.of(known)))
        .isEqualTo(isMeant ? "; did you mean \"" + known + "\"?" : "");
  }
}
