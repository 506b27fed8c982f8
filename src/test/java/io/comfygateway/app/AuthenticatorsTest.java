package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.access.AnonymousAuthenticator;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.Authenticator;
import io.comfygateway.access.KeyAuthenticator;
import io.comfygateway.access.ProxyAuthenticators;
import io.comfygateway.access.RequestCredentials;
import io.comfygateway.access.Scope;
import io.comfygateway.settings.SettingsFile;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Callers are admitted by what the settings name. */
class AuthenticatorsTest {
  private static final InstantSource CLOCK = InstantSource.system();

  private static List<Authenticator> all(Map<String, String> changes) {
    return new Authenticators(SettingsFile.defaults(changes), CLOCK)
        .all(
            new RequestCredentials("X-API-Key"),
            new ApiKeys("", List.of(), true, CLOCK),
            Optional.empty());
  }

  @Test
  void keys_alone_are_accepted_where_nothing_else_is_set() {
    assertThat(all(Map.of())).hasExactlyElementsOfTypes(KeyAuthenticator.class);
    assertThat(Authenticators.acceptOthers(SettingsFile.defaults(Map.of()))).isFalse();
  }

  @Test
  void callers_without_a_key_come_last() {
    List<Authenticator> all =
        all(
            Map.of(
                "gateway.auth", "none-anywhere",
                "gateway.auth.open-scopes", "run+raw",
                "gateway.trusted-proxies", "10.0.0.1",
                "gateway.cloudflare.team-url", "https://team.cloudflareaccess.com",
                "gateway.cloudflare.audience", "tag",
                "gateway.forwarded-user.header", "X-Forwarded-User",
                "gateway.forwarded-user.scopes", "read-all"));

    assertThat(all)
        .hasExactlyElementsOfTypes(
            KeyAuthenticator.class,
            ProxyAuthenticators.Cloudflare.class,
            ProxyAuthenticators.Forwarded.class,
            AnonymousAuthenticator.class);
    assertThat(((ProxyAuthenticators.Forwarded) all.get(2)).scopes())
        .containsExactly(Scope.READ_ALL);
    AnonymousAuthenticator anonymous = (AnonymousAuthenticator) all.get(3);
    assertThat(anonymous.anywhere()).isTrue();
    assertThat(anonymous.scopes()).containsExactlyInAnyOrder(Scope.RUN, Scope.RAW);
  }

  @Test
  void none_is_for_this_machine_alone() {
    List<Authenticator> all = all(Map.of("gateway.auth", "none"));

    assertThat(((AnonymousAuthenticator) all.get(1)).anywhere()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "gateway.auth, none",
    "gateway.jwt.secret, 0123456789abcdef0123456789abcdef",
    "gateway.jwt.jwks-url, https://issuer.example/jwks",
    "gateway.cloudflare.team-url, https://team.cloudflareaccess.com",
    "gateway.forwarded-user.header, X-Forwarded-User"
  })
  void no_first_key_is_needed_where_others_are_accepted(String name, String value) {
    assertThat(Authenticators.acceptOthers(SettingsFile.defaults(Map.of(name, value)))).isTrue();
  }
}
