package io.comfygateway.access;

import static io.comfygateway.access.TestRequests.from;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who needs no key, where none is asked for. */
class AnonymousAuthenticatorTest {
  private final AnonymousAuthenticator local =
      new AnonymousAuthenticator(false, EnumSet.of(Scope.RUN));

  @Test
  void a_program_of_this_machine_needs_none() {
    for (String address : new String[] {"127.0.0.1", "::1", "127.8.9.10"}) {
      assertThat(local.identify(from(address, "Host", "localhost:8080"))).isPresent();
    }
    assertThat(local.identify(from("127.0.0.1", "Host", "127.0.0.1", "Origin", "http://localhost")))
        .map(known -> known.caller().name())
        .contains("none:anyone");
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.7, Host, localhost",
    "127.0.0.1, X-Forwarded-For, 127.0.0.1",
    "127.0.0.1, x-forwarded-for, ''",
    "127.0.0.1, CF-Connecting-IP, 127.0.0.1",
    "127.0.0.1, Forwarded, for=127.0.0.1",
    "127.0.0.1, Via, 1.1 proxy",
    "127.0.0.1, Host, rebound.example",
    "127.0.0.1, Host, localhost.rebound.example",
    "127.0.0.1, Host, not a host",
    "127.0.0.1, Origin, https://page.example",
    "127.0.0.1, Origin, null",
  })
  void other_machines_tunnels_and_web_pages_do(String address, String header, String value) {
    assertThat(local.identify(from(address, header, value))).isEmpty();
    assertThat(
            new AnonymousAuthenticator(true, EnumSet.of(Scope.RUN))
                .identify(from(address, header, value)))
        .isPresent();
  }
}
