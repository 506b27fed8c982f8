package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CredentialsTest {
  private final Credentials credentials = new Credentials("X-API-Key");

  @Test
  void the_secret_is_taken_from_the_named_header_in_any_letter_case() {
    assertThat(credentials.secret(Map.of("x-api-KEY", " s3cret "))).isEqualTo("s3cret");
  }

  @Test
  void the_secret_is_taken_from_a_bearer_token() {
    assertThat(credentials.secret(Map.of("Authorization", "Bearer s3cret"))).isEqualTo("s3cret");
    assertThat(credentials.secret(Map.of("authorization", "bearer  s3cret"))).isEqualTo("s3cret");
  }

  @Test
  void the_same_secret_in_both_headers_is_accepted() {
    assertThat(credentials.secret(Map.of("X-API-Key", "s", "Authorization", "Bearer s")))
        .isEqualTo("s");
  }

  @Test
  void another_scheme_beside_the_key_is_left_to_whoever_needs_it() {
    assertThat(credentials.secret(Map.of("X-API-Key", "s", "Authorization", "Basic eDp5")))
        .isEqualTo("s");
  }

  @Test
  void two_different_secrets_are_refused() {
    assertRefused(Map.of("X-API-Key", "one", "Authorization", "Bearer two"), "two different keys");
    assertRefused(Map.of("X-API-Key", List.of("one", "two")), "two different keys");
  }

  @Test
  void no_secret_is_answered_with_where_to_put_it() {
    assertRefused(Map.of(), "X-API-Key or Authorization: Bearer");
    assertRefused(Map.of("X-API-Key", " "), "carries no key");
    assertRefused(Map.of("Authorization", "Basic eDp5"), "carries no key");
    assertRefused(Map.of("Authorization", "Bearer "), "carries no key");
    assertRefused(Map.of("Authorization", "s3cret"), "carries no key");
  }

  @Test
  void authorization_itself_may_be_the_named_header() {
    Credentials plain = new Credentials("Authorization");

    assertThat(plain.secret(Map.of("Authorization", "s3cret"))).isEqualTo("s3cret");
    assertThat(plain.secret(Map.of("Authorization", "Bearer s3cret"))).isEqualTo("s3cret");
  }

  @Test
  void a_known_secret_gives_the_caller_and_an_unknown_one_a_challenge_without_the_secret() {
    GeneratedKey key = ApiKeys.generate("n8n", Set.of(Scope.RUN));
    ApiKeys keys = new ApiKeys(List.of(key.record()));

    assertThat(credentials.authenticate(Map.of("X-API-Key", key.secret()), keys).name())
        .isEqualTo("n8n");
    Problem problem =
        catchThrowableOfType(
            Problem.class, () -> credentials.authenticate(Map.of("X-API-Key", "topsecret"), keys));
    assertThat(problem.type()).isEqualTo(ProblemType.UNAUTHENTICATED);
    assertThat(problem).hasMessageNotContaining("topsecret");
    assertThat(problem.headers()).containsKey("WWW-Authenticate");
  }

  private void assertRefused(Map<String, ?> headers, String message) {
    Problem problem = catchThrowableOfType(Problem.class, () -> credentials.secret(headers));
    assertThat(problem.type()).isEqualTo(ProblemType.UNAUTHENTICATED);
    assertThat(problem).hasMessageContaining(message);
    assertThat(problem.headers())
        .containsEntry("WWW-Authenticate", "Bearer realm=\"comfyui-gateway\"");
  }
}
