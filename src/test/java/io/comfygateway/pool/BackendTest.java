package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackendTest {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  @ParameterizedTest
  @CsvSource({
    "http://gpu:8188, gpu:8188, gpu, 8188",
    "http://gpu, gpu, gpu, 80",
    "https://gpu.example/comfy/, gpu.example, gpu.example, 443",
    "http://my_comfy:8188, my_comfy:8188, my_comfy, 8188",
    "https://my_comfy, my_comfy, my_comfy, 443",
    "a=http://my_comfy:8188/x, a, my_comfy, 8188",
    "http://[::1]:8188, [::1]:8188, [::1], 8188"
  })
  void a_server_is_named_by_its_url(String entry, String name, String host, int port) {
    List<Backend> backends = Backend.parse(entry, 2);

    assertThat(backends).extracting(Backend::name).containsExactly(name);
    assertThat(backends.get(0).host()).isEqualTo(host);
    assertThat(backends.get(0).port()).isEqualTo(port);
  }

  @Test
  void a_request_to_a_name_with_an_underscore_finds_its_server() {
    Backends pool =
        new Backends(
            Backend.parse("http://my_comfy:8188/a,http://my_comfy:8189", 2),
            new ProbePolicy(1, PAUSE, PAUSE, 1, PAUSE, PAUSE, PAUSE, PAUSE),
            InstantSource.system(),
            false);

    assertThat(pool.at(URI.create("http://my_comfy:8189/prompt")))
        .map(Backend::name)
        .contains("my_comfy:8189");
    assertThat(pool.at(URI.create("http://my_comfy:8190/prompt"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpu:8188",
        "ftp://gpu",
        "http://",
        "http://my_comfy:0",
        "http://my_comfy:65536",
        "http://my_comfy:x",
        "http://my_comfy:8188?x=1",
        "http://my comfy"
      })
  void what_is_no_url_of_a_server_is_named(String entry) {
    assertThatThrownBy(() -> Backend.parse(entry, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://host:port");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://me:secret@gpu:8188", "a=https://me@gpu", "me:secret@gpu:8188"})
  void credentials_in_a_url_are_pointed_to_the_file_and_not_repeated(String entry) {
    assertThatThrownBy(() -> Backend.parse(entry, 2))
        .hasMessageContaining("config/backends.yaml")
        .hasMessageNotContaining("secret");
  }
}
