package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose requests may use what a browser sends by itself. */
class PageOriginTest {
  private static final String OWN = "X-Gateway-Console";
  private static final String JSON = "application/json";
  private final PageOrigin origin = new PageOrigin(Optional.empty(), false);

  private static RequestInfo request(String method, String path, String... headers) {
    Map<String, List<String>> all = new HashMap<>(Map.of("Host", List.of("gw.lan:8080")));
    for (int i = 0; i < headers.length; i += 2) {
      all.computeIfAbsent(headers[i], name -> new ArrayList<>()).add(headers[i + 1]);
    }
    return new RequestInfo(method, path, all, TestRequests.address("127.0.0.1"));
  }

  private void accepted(RequestInfo request) {
    assertThatCode(() -> origin.requireConsole(request, "alice")).doesNotThrowAnyException();
  }

  private void refused(RequestInfo request) {
    foreign(() -> origin.requireConsole(request, "alice"));
  }

  private static void foreign(ThrowingCallable check) {
    assertThatThrownBy(check)
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.reason()).isEqualTo("foreign-page");
              assertThat(refusal.problem().status()).isEqualTo(403);
            });
  }

  @Test
  void what_the_browser_says_decides() {
    accepted(request("POST", "/jobs", "Sec-Fetch-Site", "same-origin", "Content-Type", JSON));
    accepted(request("GET", "/jobs", "Sec-Fetch-Site", "same-origin"));
    refused(
        request(
            "POST",
            "/jobs",
            "Sec-Fetch-Site",
            "same-site",
            "Origin",
            "http://gw.lan:8080",
            "Content-Type",
            JSON));
    refused(request("GET", "/jobs", "Sec-Fetch-Site", "cross-site", OWN, "1"));
    refused(
        request("GET", "/jobs", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Site", "same-origin"));
  }

  @Test
  void without_its_word_a_change_needs_an_origin() {
    accepted(request("POST", "/jobs", "Origin", "http://gw.lan:8080", "Content-Type", JSON));
    refused(request("POST", "/jobs", "Content-Type", JSON, OWN, "1"));
    refused(request("POST", "/jobs", "Origin", "null", "Content-Type", JSON));
    refused(request("POST", "/jobs", "Origin", "http://gw.lan", "Content-Type", JSON));
    refused(request("POST", "/jobs", "Origin", "https://gw.lan:8080", "Content-Type", JSON));
    refused(request("DELETE", "/jobs/1", "Origin", "http://gw.lan:8080.evil.example", OWN, "1"));
  }

  @Test
  void a_change_has_a_type_that_no_form_can_send_or_the_own_header() {
    accepted(request("DELETE", "/jobs/1", "Sec-Fetch-Site", "same-origin", OWN, "1"));
    accepted(
        request(
            "POST",
            "/webhook/a",
            "Sec-Fetch-Site",
            "same-origin",
            "Content-Type",
            "multipart/form-data; boundary=b",
            OWN,
            "1"));
    refused(
        request(
            "POST", "/webhook/a", "Sec-Fetch-Site", "same-origin", "Content-Type", "text/plain"));
    refused(request("DELETE", "/jobs/1", "Sec-Fetch-Site", "same-origin"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/events",
        "/jobs/1/events",
        "/jobs/1/outputs/0",
        "/jobs/1/outputs.zip",
        "/jobs/1/preview"
      })
  void without_its_word_pictures_and_streams_need_no_header(String path) {
    accepted(request("GET", path));
    accepted(request("HEAD", path));
    refused(request("GET", path, "Origin", "http://evil.example"));
    refused(request("GET", path, "Sec-Fetch-Site", "cross-site"));
  }

  @Test
  void without_its_word_other_reads_need_the_own_header() {
    accepted(request("GET", "/jobs", OWN, "1"));
    accepted(request("GET", "/jobs", "Origin", "http://gw.lan:8080"));
    refused(request("GET", "/jobs"));
    refused(request("GET", "/jobs/1"));
    refused(request("GET", "/keys", OWN, "2"));
  }

  @Test
  void a_typed_URL_opens_outputs_alone() {
    accepted(request("GET", "/jobs/1/outputs/0", "Sec-Fetch-Site", "none"));
    refused(request("GET", "/jobs/1", "Sec-Fetch-Site", "none", OWN, "1"));
    refused(request("GET", "/events", "Sec-Fetch-Site", "none"));
  }

  @Test
  void the_public_URL_is_an_origin_too() {
    PageOrigin behindProxy =
        new PageOrigin(Optional.of(URI.create("https://GW.example.com:443/base")), false);

    assertThatCode(
            () ->
                behindProxy.requireConsole(
                    request(
                        "POST", "/jobs", "Origin", "https://gw.example.com", "Content-Type", JSON),
                    "alice"))
        .doesNotThrowAnyException();
  }

  @Test
  void a_TLS_port_has_only_secure_pages() {
    PageOrigin secure = new PageOrigin(Optional.empty(), true);

    foreign(
        () ->
            secure.requireConsole(
                request("POST", "/jobs", "Origin", "http://gw.lan:8080", "Content-Type", JSON),
                "alice"));
    assertThatCode(
            () ->
                secure.requireConsole(
                    request("POST", "/jobs", "Origin", "https://gw.lan:8080", "Content-Type", JSON),
                    "alice"))
        .doesNotThrowAnyException();
  }

  @Test
  void whom_a_proxy_names_is_safe_from_other_pages_and_programs_stay_free() {
    assertThatCode(
            () -> {
              origin.refuseForeign(request("POST", "/jobs"), "proxy:alice");
              origin.refuseForeign(
                  request("POST", "/jobs", "Sec-Fetch-Site", "same-origin"), "proxy:alice");
              origin.refuseForeign(
                  request("GET", "/jobs", "Sec-Fetch-Site", "cross-site"), "proxy:alice");
            })
        .doesNotThrowAnyException();
    foreign(
        () ->
            origin.refuseForeign(
                request("POST", "/jobs", "Sec-Fetch-Site", "cross-site"), "proxy:alice"));
    foreign(
        () ->
            origin.refuseForeign(
                request("DELETE", "/jobs/1", "Origin", "http://evil.example"), "proxy:alice"));
  }
}
