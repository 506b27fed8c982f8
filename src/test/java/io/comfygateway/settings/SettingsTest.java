package io.comfygateway.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Settings are read as values of their types. */
class SettingsTest {

  private static <T> T read(Setting<T> setting, String text) {
    return Settings.of(Map.of(setting.name(), text)).get(setting);
  }

  @Test
  void numbers_become_values_with_their_units() {
    assertThat(read(PortSettings.PORT, " 9090 ")).isEqualTo(9090);
    assertThat(read(StorageSettings.MIN_FREE, "9223372036854775807")).isEqualTo(Long.MAX_VALUE);
    assertThat(read(ServerSettings.POLL_INTERVAL, "500")).isEqualTo(Duration.ofMillis(500));
    assertThat(read(PortSettings.LONGEST_WAIT, "90")).isEqualTo(Duration.ofSeconds(90));
    assertThat(read(TokenSettings.JWKS_AGE, "10")).isEqualTo(Duration.ofMinutes(10));
    assertThat(read(StorageSettings.OUTPUT_URL_VALIDITY, "24")).isEqualTo(Duration.ofDays(1));
    assertThat(read(StorageSettings.RETENTION, "90m")).isEqualTo(Duration.ofMinutes(90));
  }

  @Test
  void the_ends_of_a_range_belong_to_it() {
    assertThat(read(ServerSettings.WINDOW, "1")).isEqualTo(1);
    assertThat(read(ServerSettings.WINDOW, "1000")).isEqualTo(1_000);
    for (String outside : List.of("0", "1001", "1.5", "99999999999999999999", "")) {
      assertThatThrownBy(() -> read(ServerSettings.WINDOW, outside))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void a_limit_of_0_is_no_limit() {
    assertThat(read(LimitSettings.MAX_WAITING, "0")).isEqualTo(Integer.MAX_VALUE);
    assertThat(read(LimitSettings.MAX_WAITING, "7")).isEqualTo(7);
  }

  @Test
  void delays_are_a_list() {
    assertThat(read(RetrySettings.CALLBACK_DELAYS, "0s, 5s").delays())
        .containsExactly(Duration.ZERO, Duration.ofSeconds(5));
  }

  @Test
  void what_may_be_empty_is_empty() {
    assertThat(read(PortSettings.PUBLIC_URL, " ")).isEmpty();
    assertThat(read(PageSettings.CORS_ORIGINS, "")).isEmpty();
    assertThat(read(StageSettings.WEBSOCKET_NODES, " A, ,B ")).containsExactly("A", "B");
    assertThat(Settings.of(Map.of()).get(PortSettings.PUBLIC_URL)).isEmpty();
    assertThat(read(DeliverySettings.S3_REGION, "")).isEqualTo("us-east-1");
  }

  @Test
  void what_needs_a_value_says_whether_it_is_empty_or_missing() {
    assertThatThrownBy(() -> read(PortSettings.PORT, " ")).hasMessage("it is empty");
    assertThatThrownBy(() -> Settings.of(Map.of()).get(PortSettings.PORT))
        .hasMessage("it is missing");
  }

  @Test
  void urls_lose_the_slashes_at_their_end() {
    assertThat(read(PortSettings.PUBLIC_URL, "https://a.example/x//"))
        .hasValueSatisfying(url -> assertThat(url).hasToString("https://a.example/x"));
  }

  @Test
  void files_are_in_the_data_folder_where_no_other_is_set() {
    Map<String, String> values = new HashMap<>(Map.of("gateway.data-dir", "some/../data"));
    Path data = Path.of("data").toAbsolutePath();

    assertThat(Settings.of(values).filesDir()).isEqualTo(data);
    values.put("gateway.files-dir", "/srv/files");
    assertThat(Settings.of(values).filesDir()).isEqualTo(Path.of("/srv/files"));
  }

  @Test
  void a_loopback_address_is_recognised() {
    assertThat(Settings.of(Map.of("gateway.host", "127.0.0.1")).isLoopback()).isTrue();
    assertThat(Settings.of(Map.of("gateway.host", "0.0.0.0")).isLoopback()).isFalse();
  }
}
