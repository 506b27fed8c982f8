package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.http.HttpLimits;
import io.comfygateway.settings.SettingsFile;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpOptionsTest {

  private static HttpOptions options(Map<String, String> changes) {
    return new HttpOptions(SettingsFile.defaults(changes));
  }

  @Test
  void each_limit_is_its_setting() {
    HttpLimits limits =
        options(
                Map.of(
                    "gateway.http.max-uri-bytes", "1001",
                    "gateway.http.max-header-bytes", "1102",
                    "gateway.http.max-headers", "13",
                    "gateway.max-body-bytes", "1024",
                    "gateway.http.head-seconds", "1",
                    "gateway.http.idle-seconds", "2",
                    "gateway.http.body-seconds", "3",
                    "gateway.http.body-min-bytes-per-second", "4",
                    "gateway.http.answer-seconds", "5",
                    "gateway.http.max-connections", "16"))
            .limits();

    assertThat(limits)
        .isEqualTo(
            new HttpLimits(
                new HttpLimits.Sizes(1_001, 1_102, 13, 1_024),
                new HttpLimits.Times(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(3),
                    4,
                    Duration.ofSeconds(5)),
                16));
  }

  @Test
  void the_port_accepts_tls_where_a_certificate_is_set() {
    assertThat(options(Map.of()).isTls()).isFalse();
    assertThat(options(Map.of()).certificate()).isEmpty();

    HttpOptions tls =
        options(Map.of("gateway.tls.certificate", "cert.pem", "gateway.tls.key", "key.pem"));
    assertThat(tls.isTls()).isTrue();
    assertThat(tls.certificate()).isPresent();
  }
}
