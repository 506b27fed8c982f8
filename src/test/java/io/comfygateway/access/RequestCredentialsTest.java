package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.problem.ProblemType;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestCredentialsTest {
  private final RequestCredentials credentials = new RequestCredentials("X-API-Key");

  private static RequestInfo with(Map<String, List<String>> headers) {
    return new RequestInfo("GET", "/jobs", headers, InetAddress.getLoopbackAddress());
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private String secret(String name, String value) {
    return secret(Map.of(name, List.of(value)));
  }

  private String secret(Map<String, List<String>> headers) {
    return credentials.find(with(headers)).map(RequestCredentials.Found::secret).orElse("");
  }

  @Test
  void the_secret_is_taken_from_the_named_header_in_any_letter_case() {
    assertThat(secret("x-api-KEY", " s3cret ")).isEqualTo("s3cret");
  }

  @Test
  void the_secret_is_taken_from_a_bearer_token() {
    assertThat(secret("Authorization", "Bearer s3cret")).isEqualTo("s3cret");
    assertThat(secret("authorization", "bearer  s3cret")).isEqualTo("s3cret");
  }

  @Test
  void the_secret_is_taken_from_the_password_of_basic_or_from_its_user_alone() {
    assertThat(secret("Authorization", basic("n8n:s3cret"))).isEqualTo("s3cret");
    assertThat(secret("Authorization", basic(":s3:cret"))).isEqualTo("s3:cret");
    assertThat(secret("Authorization", basic("s3cret:"))).isEqualTo("s3cret");
  }

  @Test
  void the_same_secret_in_both_headers_is_accepted() {
    assertThat(secret(Map.of("X-API-Key", List.of("s"), "Authorization", List.of("Bearer s"))))
        .isEqualTo("s");
  }

  @Test
  void a_basic_of_a_proxy_beside_the_key_is_not_looked_at() {
    assertThat(secret(Map.of("X-API-Key", List.of("s"), "Authorization", List.of(basic("x:y")))))
        .isEqualTo("s");
  }

  @Test
  void two_different_secrets_are_refused() {
    for (Map<String, List<String>> headers :
        List.of(
            Map.of("X-API-Key", List.of("one"), "Authorization", List.of("Bearer two")),
            Map.of("X-API-Key", List.of("one", "two")),
            Map.of("Authorization", List.of(basic("a:one"), basic("a:two"))))) {
      Refusal refusal = catchThrowableOfType(Refusal.class, () -> credentials.find(with(headers)));
      assertThat(refusal.problem().type()).isEqualTo(ProblemType.UNAUTHENTICATED);
      assertThat(refusal.problem()).hasMessageContaining("two different keys");
      assertThat(refusal.problem().headers())
          .containsEntry("WWW-Authenticate", "Bearer realm=\"comfyui-gateway\"");
    }
  }

  @Test
  void what_is_no_secret_is_none() {
    assertThat(secret(Map.of())).isEmpty();
    assertThat(secret("X-API-Key", " ")).isEmpty();
    assertThat(secret("Authorization", "Bearer ")).isEmpty();
    assertThat(secret("Authorization", "s3cret")).isEmpty();
    assertThat(secret("Authorization", "Basic ###")).isEmpty();
    assertThat(secret("Authorization", basic("no colon"))).isEmpty();
    assertThat(secret("Authorization", "Negotiate s3cret")).isEmpty();
  }

  @Test
  void authorization_itself_may_be_the_named_header() {
    RequestCredentials plain = new RequestCredentials("Authorization");

    for (String value : List.of("s3cret", "Bearer s3cret")) {
      assertThat(plain.find(with(Map.of("Authorization", List.of(value)))))
          .map(RequestCredentials.Found::secret)
          .contains("s3cret");
    }
    assertThat(plain.howTo()).doesNotContain("header Authorization or");
  }

  @Test
  void where_to_put_the_key_is_said_and_found_secrets_are_not_shown() {
    assertThat(credentials.howTo()).contains("X-API-Key or Authorization: Bearer");
    assertThat(new RequestCredentials.Found("topsecret", "key").toString())
        .doesNotContain("topsecret");
  }
}
