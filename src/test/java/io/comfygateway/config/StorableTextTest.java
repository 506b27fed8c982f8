package io.comfygateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StorableTextTest {
  @Test
  void neither_U_0000_nor_half_of_a_surrogate_pair_can_be_stored() {
    assertThat(StorableText.fault("a\0b"))
        .hasValueSatisfying(why -> assertThat(why).contains("U+0000"));
    assertThat(StorableText.fault("\ud83d"))
        .hasValueSatisfying(why -> assertThat(why).contains("surrogate"));
    assertThat(StorableText.fault("\ude00 \ud83d")).isPresent();
    assertThat(StorableText.fault("")).isEmpty();
    assertThat(StorableText.fault("ä \ud83d\ude00 \u202e")).isEmpty();
  }
}
