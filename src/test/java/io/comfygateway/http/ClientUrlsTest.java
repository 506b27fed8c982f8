package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** However a client writes a URL of ComfyUI's API, routes see one form, and never the key. */
class ClientUrlsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /prompt                            | /prompt             |
          /api/prompt                        | /prompt             |
          //system_stats                     | /system_stats       |
          /api//queue                        | /queue              |
          /k/cg_abc/prompt                   | /prompt             | cg_abc
          /k/cg_abc//history/1?clientId=x    | /history/1?clientId=x | cg_abc
          /k/cg_abc/api/upload/image         | /upload/image       | cg_abc
          /k/cg_abc/ws?clientId=a            | /ws?clientId=a      | cg_abc
          /k/a%2Fb/view?filename=a b.png     | /view?filename=a b.png | a/b
          /view?token=cg_abc&filename=x      | /view?filename=x    | cg_abc
          /api/jobs?limit=2&token=cg_abc     | /api/jobs?limit=2   | cg_abc
          /api/jobs/1/cancel                 | /api/jobs/1/cancel  |
          /ws?token=cg_abc                   | /ws                 | cg_abc
          """)
  void a_url_has_one_form(String given, String canonical, String secret) {
    assertThat(ClientUrls.canonical(given))
        .isEqualTo(new ClientUrls.Canonical(canonical, Optional.ofNullable(secret)));
    assertThat(ClientUrls.isOfClients(canonical.replaceAll("\\?.*", ""))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/jobs", "/jobs?token=x", "/webhook/prompt", "/api/keys", "/", "*", "//jobs"})
  void other_urls_stay_as_they_are(String other) {
    assertThat(ClientUrls.canonical(other))
        .isEqualTo(new ClientUrls.Canonical(other, Optional.empty()));
  }

  @Test
  void a_key_before_another_path_is_hidden_and_opens_nothing() {
    assertThat(ClientUrls.canonical("/k/cg_abc/keys?a=b"))
        .isEqualTo(new ClientUrls.Canonical("/k/-/keys", Optional.empty()));
    assertThat(ClientUrls.canonical("/k/cg_abc"))
        .isEqualTo(new ClientUrls.Canonical("/k/-/", Optional.empty()));
    assertThat(ClientUrls.isOfClients("/k/-/keys")).isFalse();
  }

  @Test
  void the_form_that_a_proxy_gets_is_read_alike() {
    assertThat(ClientUrls.canonical("http://gateway:8080/k/cg_abc/api/queue?a=b"))
        .isEqualTo(new ClientUrls.Canonical("/queue?a=b", Optional.of("cg_abc")));
    assertThat(ClientUrls.canonical("https://gateway/jobs").uri())
        .isEqualTo("https://gateway/jobs");
    assertThat(ClientUrls.canonical("http://gateway").uri()).isEqualTo("http://gateway");
  }

  @Test
  void a_doubled_slash_is_one() {
    for (String jobs : new String[] {"/api//jobs/x", "//api//jobs/x", "//api/jobs/x"}) {
      assertThat(ClientUrls.canonical(jobs).uri()).isEqualTo("/api/jobs/x");
    }
  }

  @Test
  void what_cannot_be_decoded_is_no_key() {
    assertThat(ClientUrls.canonical("/k/%zz/queue").secret()).contains("");
  }
}
