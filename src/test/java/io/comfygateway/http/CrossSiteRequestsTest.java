package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which requests browsers send for pages of other sites. */
class CrossSiteRequestsTest {
  private static final String APP = "https://app.example.com";
  private static final String OTHER = "https://evil.example.com";

  private static boolean isForeign(List<String> origins, String... fields) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    for (int i = 0; i < fields.length; i += 2) {
      headers.add(fields[i], fields[i + 1]);
    }
    return new BrowserRules(origins, "X-API-Key", Duration.ZERO).isForeign(headers);
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, https://evil.example.com, true",
    "Origin, null, true",
    "Origin, https://app.example.com, false",
    "Referer, https://app.example.com/page, false",
    "Referer, https://app.example.com.evil.com/, true",
    "Accept, */*, true",
  })
  void only_pages_of_named_origins_may_send_them(String name, String value, boolean isForeign) {
    assertThat(isForeign(List.of(APP), "Sec-Fetch-Site", "cross-site", name, value))
        .isEqualTo(isForeign);
  }

  @Test
  void a_referer_does_not_outweigh_the_origin() {
    assertThat(
            isForeign(
                List.of(APP),
                "Sec-Fetch-Site",
                "cross-site",
                "Origin",
                OTHER,
                "Referer",
                APP + "/page"))
        .isTrue();
  }

  @Test
  void any_page_may_send_them_where_every_origin_is_allowed() {
    assertThat(isForeign(List.of("*"), "Sec-Fetch-Site", "cross-site")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "https://evil.example.com, gateway.example.com, true",
    "https://app.example.com, gateway.example.com, false",
    "null, gateway.example.com, true",
    "https://gateway.example.com, gateway.example.com, false",
    "https://GATEWAY.example.com, gateway.example.com, false",
    "http://gateway.example.com:8080, gateway.example.com:8080, false",
    "http://gateway.example.com:8081, gateway.example.com:8080, true",
    "gateway.example.com, gateway.example.com, true",
  })
  void where_a_browser_says_nothing_of_the_site_the_origin_decides(
      String origin, String host, boolean isForeign) {
    assertThat(isForeign(List.of(APP), "Origin", origin, "Host", host)).isEqualTo(isForeign);
  }

  @ParameterizedTest
  @CsvSource({"cross-site, true", "same-site, true", "same-origin, false", "none, false"})
  void pages_of_other_subdomains_are_foreign_too(String site, boolean isForeign) {
    assertThat(isForeign(List.of(), "Sec-Fetch-Site", site)).isEqualTo(isForeign);
    assertThat(isForeign(List.of(), "Sec-Fetch-Site", site, "Origin", OTHER)).isEqualTo(isForeign);
  }

  @Test
  void a_request_without_an_origin_is_of_no_page() {
    assertThat(isForeign(List.of(), "Host", "gateway.example.com")).isFalse();
    assertThat(isForeign(List.of(), "Host", "gateway.example.com", "Origin", OTHER)).isTrue();
  }
}
