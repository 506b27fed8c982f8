package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateFilesTest {
  private static final Path FILES = Path.of("src/test/resources/tls");

  @ParameterizedTest
  @ValueSource(strings = {"server", "rsa", "ec", "ed25519"})
  void keys_of_each_kind_and_encoding_are_read(String name) {
    CertificateFiles files =
        new CertificateFiles(FILES.resolve(name + ".pem"), FILES.resolve(name + ".key"));

    assertThat(files.refresh()).isPresent();
    assertThat(files.faults()).isEmpty();
  }

  @Test
  void a_fault_names_the_file_and_what_to_do() {
    CertificateFiles files =
        new CertificateFiles(FILES.resolve("rsa.pem"), FILES.resolve("server.key"));

    assertThat(files.refresh()).isEmpty();
    assertThat(files.faults()).hasSize(1);
    assertThat(files.faults().get(0).toString())
        .contains(FILES.resolve("server.key").toString())
        .contains("not the private key of the certificate")
        .contains("name the key that the certificate was made for");
  }
}
