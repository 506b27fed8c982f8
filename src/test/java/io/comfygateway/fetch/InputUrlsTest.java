package io.comfygateway.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.egress.UrlGuard;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.prompt.InputUnusableException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputUrlsTest {
  private final InputUrls urls = new InputUrls(new UrlGuard(""));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://example.com/a.png | https://example.com/a.png",
        "HTTP://Example.com/A.png | http://Example.com/A.png",
        "'  https://example.com/a.png  ' | https://example.com/a.png",
        "https://example.com/日本 x.png | https://example.com/%E6%97%A5%E6%9C%AC%20x.png",
        "https://example.com/a%20b.png | https://example.com/a%20b.png",
        "https://example.com/100%.png | https://example.com/100%25.png",
        "https://example.com/a%2Fb?sig=a%2Bb%3D&x=1+2 | https://example.com/a%2Fb?sig=a%2Bb%3D&x=1+2",
        "https://example.com/[a]{b}^`\\.png | https://example.com/%5Ba%5D%7Bb%7D%5E%60%5C.png",
        "https://example.com/a.png#page=1 | https://example.com/a.png",
        "https://example.com#x | https://example.com",
        "https://example.com?q=ä b | https://example.com?q=%C3%A4%20b",
        "https://bücher.example:8443/a.png | https://xn--bcher-kva.example:8443/a.png",
        "https://例え。テスト/🐱.png | https://xn--r8jz45g.xn--zckzah/%F0%9F%90%B1.png",
        "https://[2606:4700::1111]/a.png | https://[2606:4700::1111]/a.png"
      })
  void a_URL_is_taken_as_people_write_it(String written, String read) {
    assertThat(InputUrls.isUrl(written)).isTrue();
    assertThat(urls.require(written, "/inputs/image")).hasToString(read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://127.0.0.1/a.png | not of the public internet",
        "http://①②⑦.0.0.1/a.png | not of the public internet",
        "http://localhost/a.png | the gateway's own machine",
        "http://LOCALHOST。/a.png | the gateway's own machine",
        "http://169.254.169.254/latest/meta-data | not of the public internet"
      })
  void what_leads_into_the_gateways_own_network_is_not_allowed(String url, String why) {
    Problem problem = catchThrowableOfType(Problem.class, () -> urls.require(url, "/inputs/image"));

    assertThat(problem.type()).isEqualTo(ProblemType.INPUT_NOT_ALLOWED);
    assertThat(problem).hasMessageContaining("No file is fetched").hasMessageContaining(why);
    assertThat(problem.getMessage()).doesNotContainIgnoringCase("callback is");
    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/inputs/image");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://user:pass@example.com/a.png | send the file itself instead",
        "https://exa℀mple.com/a.png | its host is not a valid name",
        "https://example.com／evil/a.png | its host is not a valid name"
      })
  void what_is_no_URL_says_why(String url, String why) {
    Problem problem = catchThrowableOfType(Problem.class, () -> urls.require(url, "/inputs/image"));

    assertThat(problem.type()).isEqualTo(ProblemType.INVALID_INPUT);
    assertThat(problem).hasMessageContaining(why);
    assertThat(problem.getMessage()).doesNotContainIgnoringCase("callback");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://example.com/a\r\nHost: evil", "https://example.com/\u0000"})
  void control_characters_are_refused(String url) {
    assertThatThrownBy(() -> urls.require(url, "/inputs/image"))
        .hasMessageContaining("control character");
  }

  @ParameterizedTest
  @CsvSource({
    "/b c.png, https://example.com/b%20c.png",
    "b.png, https://example.com/x/b.png",
    "?size=2, https://example.com/x/a.png?size=2",
    "//cdn.example.org/b.png, https://cdn.example.org/b.png",
    "http://cdn.example.org/b.png, http://cdn.example.org/b.png",
  })
  void a_redirect_is_read_against_the_URL_that_answered(String location, String next)
      throws InputUnusableException {
    assertThat(urls.redirect(URI.create("https://example.com/x/a.png?size=1"), location))
        .hasToString(next);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "//localhost/",
        "file:///etc/passwd",
        "ftp://example.com/a.png",
        "https://user@example.com/",
        "http://"
      })
  void a_redirect_to_where_nothing_is_fetched_is_not_followed(String location) {
    assertThatThrownBy(() -> urls.redirect(URI.create("https://example.com/"), location))
        .isInstanceOf(InputUnusableException.class)
        .hasMessageStartingWith("redirects to ");
  }

  @Test
  void a_megabyte_of_blanks_is_read_at_once() {
    assertThatThrownBy(
            () -> urls.require("https://example.com/" + " ".repeat(1_000_000) + "a", "/x"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("longer than");
  }
}
