package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.settings.Settings;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a start warns about. */
class StartupWarningsTest {

  private static String with(Map<String, String> settings) {
    return String.join(
        "\n",
        StartupWarnings.of(Settings.read(Path.of("config/application.properties"), settings)));
  }

  @Test
  void the_shipped_settings_are_secure() {
    assertThat(with(Map.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "gateway.host, 0.0.0.0, over plain HTTP",
    "gateway.host, 0.0.0.0, GATEWAY_PUBLIC_URL is not set",
    "gateway.public-url, http://203.0.113.7, GATEWAY_PUBLIC_URL is plain HTTP",
    "gateway.api-keys, me:short, The secret of key me is short",
    "gateway.callback.allow, 10.0.0.0/8, to 10.0.0.0/8",
    "gateway.backends.urls, gpu=http://203.0.113.7:8188, reach http://203.0.113.7:8188",
    "gateway.s3.endpoint, http://203.0.113.7:9000, The gateway reaches S3 at http://203.0.113.7:9000 without TLS",
  })
  void a_setting_that_is_not_secure_is_named(String name, String value, String warning) {
    assertThat(with(Map.of(name, value))).contains(warning);
  }

  @Test
  void a_secret_is_not_repeated() {
    assertThat(with(Map.of("gateway.api-keys", "me:short"))).doesNotContain("short:", ":short");
  }

  @Test
  void behind_a_proxy_with_TLS_only_the_port_is_named() {
    assertThat(
            with(
                Map.of(
                    "gateway.host", "0.0.0.0",
                    "gateway.api-keys", "me:0123456789abcdef",
                    "gateway.public-url", "https://gateway.example")))
        .contains("let only the proxy")
        .doesNotContain("plain HTTP", "not set");
  }
}
