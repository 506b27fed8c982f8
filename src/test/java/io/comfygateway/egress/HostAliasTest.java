package io.comfygateway.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostAliasTest {
  @ParameterizedTest
  @ValueSource(strings = {"my_n8n", "_n8n", "3d_comfy", "a_b.c_d"})
  void a_name_that_is_no_host_for_java_gets_one_that_stands_for_it(String host) {
    String url = "http://" + host + ":5678/" + host + "?x=" + host;

    URI alias = URI.create(HostAlias.of(url));

    assertThat(alias.getHost()).isNotNull().isNotEqualTo(host);
    assertThat(HostAlias.real(alias.getHost())).isEqualTo(host);
    assertThat(alias.getPort()).isEqualTo(5678);
    assertThat(alias.getRawPath()).isEqualTo("/" + host);
    assertThat(alias.getRawQuery()).isEqualTo("x=" + host);
  }

  @Test
  void every_other_url_stays_as_it_is() {
    assertThat(HostAlias.of("http://n8n:5678/a_b")).isEqualTo("http://n8n:5678/a_b");
    assertThat(HostAlias.of("http://[::1]:5678/")).isEqualTo("http://[::1]:5678/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n8n",
        "alias-",
        "alias-.host",
        "alias-zz.host",
        "alias-0d0a.host",
        "alias-6.host"
      })
  void what_stands_for_no_host_is_itself(String host) {
    assertThat(HostAlias.real(host)).isEqualTo(host);
  }
}
