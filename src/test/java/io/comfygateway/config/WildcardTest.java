package io.comfygateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WildcardTest {

  @ParameterizedTest
  @CsvSource({
    "Load,Load,true",
    "Load,LoadImage,false",
    "Load*,LoadImage,true",
    "*Image,LoadImage,true",
    "*,'',true",
    "**,a,true",
    "*a*b*,xaxbx,true",
    "*a*b*,xbxax,false",
    "ab*ba,aba,false",
    "ab*ba,abba,true",
    "a*b*c,abbc,true",
    "a*bc*c,abc,false",
    "a.c,abc,false",
    "load,Load,false",
    "sd*,'sd\nx',true"
  })
  void a_star_stands_for_any_letters_and_all_else_for_itself(
      String pattern, String text, boolean covers) {
    assertThat(new Wildcard(pattern).covers(text)).isEqualTo(covers);
  }
}
