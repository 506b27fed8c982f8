package io.comfygateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PemTest {
  @ParameterizedTest
  @CsvSource({
    "server, RSA, BEGIN PRIVATE KEY",
    "rsa, RSA, BEGIN RSA PRIVATE KEY",
    "ec, EC, BEGIN EC PRIVATE KEY",
    "ed25519, EdDSA, BEGIN PRIVATE KEY"
  })
  void keys_of_each_kind_and_encoding_are_read(String name, String algorithm, String begin)
      throws Exception {
    String key = file(name + ".key");
    CertifiedKey read = Pem.certifiedKey(file(name + ".pem"), key);

    assertThat(key).contains(begin);
    assertThat(read.key().getAlgorithm()).isEqualTo(algorithm);
    assertThat(read.keyManager().getPrivateKey("gateway")).isEqualTo(read.key());
    assertThat(read.keyManager().getCertificateChain("gateway")).containsExactly(read.leaf());
    assertThat(read.toString()).contains("CN=").doesNotContain("key");
  }

  @Test
  void a_certificate_and_its_key_may_stand_in_one_file_after_the_text_of_a_tool() throws Exception {
    String both = "subject=CN=café\n" + file("server.pem") + file("ca.pem") + file("server.key");

    assertThat(Pem.certifiedKey(both, both).chain()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "rsa.pem, server.key, true, not the private key of the certificate",
    "rsa.pem, ec.key, true, not the private key of the certificate",
    "ec.pem, ed25519.key, true, not the private key of the certificate",
    "rsa.pem, rsa.pem, true, no private key in PEM",
    "rsa.key, rsa.key, false, no certificate in PEM"
  })
  void what_cannot_be_used_is_named(String certificate, String key, boolean ofKey, String detail)
      throws IOException {
    UnusablePemException e = unusable(file(certificate), file(key));

    assertThat(e.isOfKey()).isEqualTo(ofKey);
    assertThat(e).hasMessageContaining(detail);
    assertThat(e.remedy()).isNotEmpty();
  }

  @Test
  void certificates_in_the_wrong_order_are_named() throws IOException {
    UnusablePemException e = unusable(file("server.pem") + file("ec.pem"), file("server.key"));

    assertThat(e.isOfKey()).isFalse();
    assertThat(e).hasMessageContaining("not a chain");
  }

  @Test
  void an_encrypted_key_is_called_encrypted() throws IOException {
    String pkcs1 =
        file("rsa.key")
            .replace("KEY-----\nMII", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\nMII");
    String pkcs8 = file("server.key").replace("PRIVATE", "ENCRYPTED PRIVATE");

    assertThat(unusable(file("rsa.pem"), pkcs1)).hasMessageContaining("encrypted");
    assertThat(unusable(file("server.pem"), pkcs8)).hasMessageContaining("encrypted");
  }

  @Test
  void a_key_that_is_cut_off_is_no_key() throws IOException {
    String key = file("server.key");

    assertThat(unusable(file("server.pem"), key.substring(0, 200)))
        .hasMessageContaining("no private key");
  }

  @Test
  void certificates_to_trust_are_all_read() throws Exception {
    assertThat(Pem.certificates(file("ca.pem") + file("ec.pem"))).hasSize(2);
    assertThat(catchThrowableOfType(UnusablePemException.class, () -> Pem.certificates("nothing")))
        .hasMessageContaining("no certificate in PEM");
  }

  private static UnusablePemException unusable(String certificates, String key) {
    return catchThrowableOfType(
        UnusablePemException.class, () -> Pem.certifiedKey(certificates, key));
  }

  private static String file(String name) throws IOException {
    return Files.readString(Path.of("src/test/resources/tls", name));
  }
}
