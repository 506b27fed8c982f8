package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Provider;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The digests in machine code, where the build brings them. */
class NativeCryptoTest {

  @Test
  @EnabledOnOs(
      value = OS.LINUX,
      architectures = {"amd64", "aarch64"})
  void it_is_found_and_its_digests_are_those_of_java() throws GeneralSecurityException {
    Provider provider = NativeCrypto.find().orElseThrow();
    byte[] bytes = new byte[100_001];
    new Random(7).nextBytes(bytes);

    assertThat(MessageDigest.getInstance("SHA-256", provider).digest(bytes))
        .isEqualTo(MessageDigest.getInstance("SHA-256", "SUN").digest(bytes));
  }
}
