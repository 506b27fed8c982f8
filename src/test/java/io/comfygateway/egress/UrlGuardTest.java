package io.comfygateway.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlGuardTest {
  private final UrlGuard strict = new UrlGuard("");

  @ParameterizedTest(name = "{0} ({2})")
  @CsvFileSource(resources = "/delivery/urls.csv", delimiter = '|', numLinesToSkip = 1)
  void a_url_is_let_through_or_refused_by_its_spelling(String url, String verdict, String why) {
    if (verdict.equals("good")) {
      assertThat(strict.check(url)).isEqualTo(URI.create(url));
      return;
    }
    Problem problem = catchThrowableOfType(Problem.class, () -> strict.check(url));
    assertThat(problem).as(why).isNotNull().hasMessageContaining(verdict);
    boolean isRefused =
        verdict.equals("not of the public internet") || verdict.equals("own machine");
    assertThat(problem.type())
        .isEqualTo(isRefused ? ProblemType.CALLBACK_NOT_ALLOWED : ProblemType.INVALID_INPUT);
    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/callback_url");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com\r\n.evil/",
        "http://example.com/\u0000",
        "\thttp://example.com/",
        "http://exam\u00adple.com/",
        "http://exam\u200bple.com/",
        "http://example.com\u2215evil/"
      })
  void characters_that_cannot_be_seen_are_refused(String url) {
    assertThatThrownBy(() -> strict.check(url)).isInstanceOf(Problem.class);
  }

  @Test
  void very_long_urls_and_names_are_refused() {
    assertThatThrownBy(() -> strict.check("http://example.com/" + "a".repeat(2048)))
        .hasMessageContaining("longer than 2048");
    assertThatThrownBy(() -> strict.check("http://" + "a".repeat(64) + ".example/"))
        .hasMessageContaining("not a valid name");
    assertThatThrownBy(() -> strict.check("http://" + "a.".repeat(127) + "example/"))
        .hasMessageContaining("not a valid name");
  }

  @Test
  void the_field_can_be_named() {
    Problem problem =
        catchThrowableOfType(
            Problem.class, () -> strict.check("http://10.0.0.1/", "/callback/url"));

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/callback/url");
  }

  @Test
  void a_url_that_was_read_before_is_checked_the_same() {
    assertThatThrownBy(() -> strict.check(URI.create("http://10.0.0.1/")))
        .isInstanceOf(Problem.class);
    assertThatCode(() -> strict.check(URI.create("http://example.com/")))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest(name = "{0} lets {1} through: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost                | http://localhost:5678/       | true",
        "LocalHost.               | http://localhost/            | true",
        "localhost                | http://127.0.0.1/            | false",
        "localhost                | http://api.localhost/        | false",
        "*.localhost              | http://api.localhost/        | true",
        "*.localhost              | http://localhost/            | false",
        "localhost:5678           | http://localhost:5678/       | true",
        "localhost:5678           | http://localhost:5679/       | false",
        "localhost:80             | http://localhost/            | true",
        "localhost:443            | https://localhost/           | true",
        "127.0.0.1                | http://127.0.0.1:5678/       | true",
        "127.0.0.1                | http://127.0.0.2:5678/       | false",
        "127.0.0.1                | http://localhost/            | false",
        "127.0.0.1                | http://[::ffff:127.0.0.1]/   | true",
        "127.0.0.1                | http://127.1/                | false",
        "127.0.0.1:5678           | http://127.0.0.1:5678/       | true",
        "127.0.0.1:5678           | http://127.0.0.1/            | false",
        "10.0.0.0/8               | http://10.255.255.255/       | true",
        "10.0.0.0/8               | http://11.0.0.1/             | true",
        "10.0.0.0/8               | http://192.168.0.1/          | false",
        "10.0.0.0/8:8080          | http://10.1.1.1:8080/        | true",
        "10.0.0.0/8:8080          | http://10.1.1.1/             | false",
        "10.0.0.4/30              | http://10.0.0.7/             | true",
        "10.0.0.4/30              | http://10.0.0.8/             | false",
        "10.0.0.7/32              | http://10.0.0.7/             | true",
        "0.0.0.0/0                | http://192.168.0.1/          | true",
        "0.0.0.0/0                | http://[::1]/                | false",
        "::1                      | http://[::1]/                | true",
        "[::1]                    | http://[0:0::1]:9/           | true",
        "[::1]:5678               | http://[::1]:5678/           | true",
        "[::1]:5678               | http://[::1]/                | false",
        "fd00::/8                 | http://[fd12::1]/            | true",
        "fd00::/8                 | http://[fc00::1]/            | false",
        "[fd00::]/8               | http://[fd12::1]/            | true",
        "[fd00::]/8:81            | http://[fd12::1]:81/         | true",
        "[fd00::]/8:81            | http://[fd12::1]/            | false",
        "::/0                     | http://[fe80::1]/            | true",
        "n8n, 10.0.0.0/8 ,::1     | http://[::1]/                | true",
        "n8n                      | http://10.0.0.1/             | false",
        "'10.0.0.0/8'             | http://[64:ff9b::10.0.0.1]/  | true",
        "*.example.com            | https://example.com/         | true",
      })
  void the_operator_can_allow_hosts_addresses_and_blocks_with_or_without_a_port(
      String allowed, String url, boolean through) {
    UrlGuard guard = new UrlGuard(allowed);

    if (through) {
      assertThatCode(() -> guard.check(url)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> guard.check(url)).isInstanceOf(Problem.class);
    }
  }

  @ParameterizedTest(name = "{0}: {1} at port {2} is permitted: {3}")
  @CsvSource({
    "n8n,n8n,5678,true",
    "n8n,N8N.,5678,true",
    "n8n,other,5678,false",
    "n8n:5678,n8n,5678,true",
    "n8n:5678,n8n,80,false",
    "n8n:5678,n8n,-1,false",
    "*.internal.example,a.internal.example,80,true",
    "*.internal.example,a.b.internal.example,80,true",
    "*.internal.example,internal.example,80,false",
    "*.internal.example,xinternal.example,80,false",
    "10.0.0.0/8,anything,80,true",
    "10.0.0.0/8:80,anything,81,false"
  })
  void a_name_that_resolves_to_a_private_address_is_permitted_by_name_or_address(
      String allowed, String host, int port, boolean permitted) throws UnknownHostException {
    InetAddress address = InetAddress.getByName("10.1.2.3");

    assertThat(new UrlGuard(allowed).permits(host, address, port)).isEqualTo(permitted);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "n8n,,x           | \"\" is not valid",
        "n8n,             | \"\" is not valid",
        "10.0.0.0/33      | a prefix is from 0 to 32",
        "::/129           | a prefix is from 0 to 128",
        "10.0.0.1/8       | bits set beyond its prefix of 8",
        "fd00::1/8        | bits set beyond its prefix of 8",
        "10.0.0.0/x       | a number of bits",
        "10.0.0.0/        | a number of bits",
        "n8n:0            | a port is a number",
        "n8n:             | a port is a number",
        "n8n:65536        | a port is a number",
        "http://n8n       | a port is a number",
        "127.1            | is not an IP address",
        "010.0.0.1        | is not an IP address",
        "*                | is not an IP address",
        "a.*.example      | is not an IP address",
        "*.               | is not an IP address",
        "[::1             | in brackets is followed by",
        "[::1]x           | in brackets is followed by",
        "[n8n]            | in brackets is followed by",
        "fe80::1%eth0     | is not an IP address",
      })
  void an_entry_that_cannot_be_read_is_named(String allowed, String message) {
    assertThatThrownBy(() -> new UrlGuard(allowed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("GATEWAY_CALLBACK_ALLOW")
        .hasMessageContaining(message);
  }
}
