package io.comfygateway.access;

import static io.comfygateway.access.TestRequests.from;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The cookie of a session, with TLS and without. */
class SessionCookieTest {
  private static final Duration LIFE = Duration.ofHours(12);
  private final SessionCookie plain = new SessionCookie(false, Optional.empty());
  private final SessionCookie secure = new SessionCookie(true, Optional.empty());

  private static RequestInfo with(String cookies) {
    return from("127.0.0.1", "Cookie", cookies);
  }

  @Test
  void with_TLS_no_other_host_can_set_it() {
    assertThat(secure.set(from("127.0.0.1"), "t", LIFE))
        .isEqualTo("__Host-gateway=t; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure");
    assertThat(secure.remove(with("__Host-gateway=t")))
        .isEqualTo("__Host-gateway=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
  }

  @Test
  void without_TLS_a_browser_would_refuse_that_one() {
    assertThat(plain.set(from("127.0.0.1", "Origin", "http://gw.lan"), "t", LIFE))
        .isEqualTo("gateway-session=t; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
  }

  @Test
  void behind_a_proxy_with_TLS_the_page_says_so() {
    RequestInfo page = from("127.0.0.1", "Origin", "https://gw.example.com");

    assertThat(plain.set(page, "t", LIFE)).startsWith("__Host-gateway=t;").endsWith("; Secure");
    assertThat(plain.remove(with("__Host-gateway=t"))).startsWith("__Host-gateway=;");
  }

  @Test
  void where_the_browser_uses_TLS_the_plain_one_is_another_s() {
    SessionCookie behind =
        new SessionCookie(false, Optional.of(URI.create("https://gw.example.com")));

    assertThat(
            behind.token(
                from("127.0.0.1", "Cookie", "gateway-session=t", "Host", "gw.example.com:443")))
        .isEmpty();
    assertThat(
            behind.token(
                from("127.0.0.1", "Cookie", "gateway-session=t", "Host", "192.168.1.2:8080")))
        .contains("t");
  }

  @Test
  void it_is_found_among_others() {
    assertThat(plain.token(with("a=b; gateway-session=t ;c=d"))).contains("t");
    assertThat(plain.token(with("gateway-session=t; __Host-gateway=s"))).contains("s");
    assertThat(secure.token(with("__Host-gateway=s"))).contains("s");
  }

  @Test
  void one_that_may_be_another_s_is_none() {
    assertThat(secure.token(with("gateway-session=t"))).isEmpty();
    assertThat(plain.token(with("gateway-session=t; gateway-session=u"))).isEmpty();
    assertThat(plain.token(with("gateway-session="))).isEmpty();
    assertThat(plain.token(with("xgateway-session=t"))).isEmpty();
    assertThat(plain.token(with("gateway-session=" + "t".repeat(101)))).isEmpty();
    assertThat(plain.token(from("127.0.0.1"))).isEmpty();
  }
}
