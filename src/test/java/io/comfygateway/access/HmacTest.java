package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class HmacTest {
  @ParameterizedTest(name = "{0}")
  @CsvFileSource(
      resources = "/access/rfc5869-sha256.csv",
      numLinesToSkip = 1,
      maxCharsPerColumn = 1000)
  void derivation_gives_what_rfc_5869_gives_in_its_appendix(
      String name, String secret, String salt, String info, int length, String expected) {
    HexFormat hex = HexFormat.of();

    byte[] derived =
        Hmac.hkdf(hex.parseHex(secret), hex.parseHex(salt), hex.parseHex(info), length);

    assertThat(hex.formatHex(derived)).isEqualTo(expected);
  }
}
