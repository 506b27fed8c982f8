package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendsFileTest {
  private static final String SECRET = "s3cr3t-of-the-test";

  @TempDir Path folder;

  private BackendsFile.Reading read(String yaml) throws IOException {
    Path file = folder.resolve("backends.yaml");
    Files.writeString(file, yaml);
    return BackendsFile.read(file, 2, Map.of("TOKEN", SECRET));
  }

  @Test
  void the_shipped_example_is_well() throws IOException {
    BackendsFile.Reading reading =
        BackendsFile.read(
            Path.of("config/backends.yaml.example"), 2, Map.of("GPU_1_TOKEN", SECRET));

    assertThat(reading.faults()).isEmpty();
    assertThat(reading.backends()).isNotEmpty();
  }

  @Test
  void a_backend_has_what_its_file_says() throws IOException {
    BackendsFile.Reading reading =
        read(
            """
            backends:
              gpu-1:
                url: https://gpu-1:8188/comfy/
                window: 3
                labels: [fast, big]
                drain: true
                credentials:
                  basic: {username: me, password: "${TOKEN}"}
                  token: x${TOKEN}
                  headers: {X-Auth: "a b"}
              gpu-2:
                url: http://gpu-2:8188
            """);

    assertThat(reading.faults()).isEmpty();
    Backend one = reading.backends().get(0);
    assertThat(one.url()).hasToString("https://gpu-1:8188/comfy");
    assertThat(one.window()).isEqualTo(3);
    assertThat(one.labels()).containsExactlyInAnyOrder("fast", "big");
    assertThat(one.drain()).isTrue();
    assertThat(one.credentials().headers())
        .containsEntry("Authorization", BackendCredentials.basic("me", SECRET))
        .containsEntry("X-Auth", "a b");
    assertThat(one.credentials().token()).contains("x" + SECRET);
    assertThat(reading.backends().get(1))
        .isEqualTo(new Backend("gpu-2", Backend.address("http://gpu-2:8188"), 2));
  }

  @Test
  void nothing_that_is_printed_holds_a_secret() throws IOException {
    BackendsFile.Reading reading =
        read(
            "backends: {a: {url: 'http://a:1', credentials: {bearer: '${TOKEN}', token: '${TOKEN}'}}}");

    assertThat(reading.backends().toString()).contains("Authorization").doesNotContain(SECRET);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "backends: {a: {url: nowhere}} | 1 | backends.a.url | http://host:port",
        "backends: {a: {url: 'http://me:pw@a:1'}} | 1 | backends.a.url | credentials",
        "backends: {a: {window: 2}} | 1 | backends.a | add one",
        "backends: {a: {url: 'http://a:1', windw: 2}} | 1 | backends.a.windw | did you mean",
        "backends: {a: {url: 'http://a:1', window: 0}} | 1 | backends.a.window | from 1 up",
        "backends: {a: {url: 'http://a:1', drain: perhaps}} | 1 | backends.a.drain | true or false",
        "backends: {a: {url: 'http://a:1'}, b: {url: 'http://a:1/'}} | 1 | backends.b.url | same url",
        "backends: {a: {url: 'http://a:1', credentials: {bearer: '${NOBODY}'}}} | 1 | backends.a.credentials.bearer | NOBODY is not set",
        "backends: {a: {url: 'http://a:1', credentials: {bearer: 12345}}} | 1 | backends.a.credentials.bearer | in quotes",
        "backends: {a: {url: 'http://a:1', credentials: {basic: {username: me}}}} | 1 | backends.a.credentials.basic | password",
        "backends: {a: {url: 'http://a:1', credentials: {headers: {Host: x}}}} | 1 | backends.a.credentials.headers.Host | cannot be set",
        "backends: {a: {url: 'http://a:1', tls: {trust: no.pem}}} | 1 | backends.a.tls | https",
        "backends: {a: {url: 'https://a:1', tls: {trust: no.pem}}} | 1 | backends.a.tls.trust | cannot be read",
        "backends: {a: {url: 'https://a:1', tls: {trust: backends.yaml}}} | 1 | backends.a.tls.trust | cannot be used",
        "backends: {a: {url: 'http://a:1', labels: fast}} | 1 | backends.a.labels | list",
        "backends: {} | 0 | backends | names no backend",
        "servers: {} | 1 | servers | backends"
      })
  void a_fault_is_named_with_its_line_its_field_and_what_to_do(
      String yaml, int line, String field, String detail) throws IOException {
    List<FileFault> faults = read(yaml).faults();

    assertThat(faults)
        .anySatisfy(
            fault -> {
              assertThat(fault.line()).isEqualTo(line);
              assertThat(fault.field()).isEqualTo(field);
              assertThat(fault.toString()).contains(detail).doesNotContain("12345", "pw");
            });
  }

  @Test
  void certificates_are_read_beside_the_file() throws IOException {
    for (String name : List.of("ca.pem", "client.pem", "client.key")) {
      Files.copy(Path.of("src/test/resources/tls", name), folder.resolve(name));
    }
    BackendsFile.Reading reading =
        read(
            "backends: {a: {url: 'https://a:1', tls: {trust: ca.pem, certificate: client.pem, key: client.key}}}");

    assertThat(reading.faults()).isEmpty();
    Optional<BackendTls> tls = reading.backends().get(0).tls();
    assertThat(tls.orElseThrow().context().getProtocol()).isEqualTo("TLS");
    assertThat(tls.toString()).doesNotContain("PRIVATE KEY");
    assertThat(reading.certificates()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({"rsa.pem, rsa.key", "ec.pem, ec.key", "ed25519.pem, ed25519.key"})
  void keys_of_each_kind_and_encoding_are_read(String certificate, String key) throws IOException {
    for (String name : List.of(certificate, key)) {
      Files.copy(Path.of("src/test/resources/tls", name), folder.resolve(name));
    }
    BackendsFile.Reading reading =
        read(
            "backends: {a: {url: 'https://a:1', tls: {certificate: %s, key: %s}}}"
                .formatted(certificate, key));

    assertThat(reading.faults()).isEmpty();
    assertThat(reading.backends().get(0).tls().orElseThrow().keyManager()).isPresent();
  }

  @Test
  void a_key_of_another_certificate_is_named_with_its_file() throws IOException {
    for (String name : List.of("client.pem", "server.key")) {
      Files.copy(Path.of("src/test/resources/tls", name), folder.resolve(name));
    }
    List<FileFault> faults =
        read("backends: {a: {url: 'https://a:1', tls: {certificate: client.pem, key: server.key}}}")
            .faults();

    assertThat(faults).hasSize(1);
    assertThat(faults.get(0).field()).isEqualTo("backends.a.tls.key");
    assertThat(faults.get(0).toString())
        .contains(folder.resolve("server.key").toString())
        .contains("not the private key of the certificate");
  }
}
