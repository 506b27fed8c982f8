package io.comfygateway.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.impl.InMemoryDnsResolver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GuardedDnsResolverTest {
  private final InMemoryDnsResolver names = new InMemoryDnsResolver();
  private final GuardedDnsResolver resolver = new GuardedDnsResolver(new UrlGuard(""), names);

  @BeforeEach
  void give_names() throws UnknownHostException {
    names.add("public.example", address("8.8.8.8"), address("2606:4700:4700::1111"));
    names.add("private.example", address("10.0.0.1"));
    names.add("PRIVATE.example", address("10.0.0.1"));
    names.add("mixed.example", address("8.8.8.8"), address("169.254.169.254"));
    names.add("mapped.example", address("64:ff9b::7f00:1"));
    names.add("nothing.example");
  }

  @Test
  void a_name_of_public_addresses_resolves_to_them_in_their_order() throws UnknownHostException {
    assertThat(resolver.resolve("public.example", 443))
        .containsExactly(
            new InetSocketAddress(address("8.8.8.8"), 443),
            new InetSocketAddress(address("2606:4700:4700::1111"), 443));
    assertThat(resolver.resolve("public.example")).hasSize(2);
  }

  @Test
  void one_address_that_is_not_permitted_refuses_the_name() {
    for (String host : new String[] {"private.example", "mixed.example", "mapped.example"}) {
      assertThatThrownBy(() -> resolver.resolve(host, 443))
          .isInstanceOf(TargetRefusedException.class)
          .hasMessageContaining(host)
          .hasMessageNotContainingAny("10.0.0.1", "169.254", "127.0.0.1");
      assertThatThrownBy(() -> resolver.resolve(host)).isInstanceOf(TargetRefusedException.class);
    }
  }

  @Test
  void the_allow_list_counts_for_resolved_names_with_its_port() throws UnknownHostException {
    GuardedDnsResolver allowing =
        new GuardedDnsResolver(new UrlGuard("private.example:5678"), names);

    assertThat(allowing.resolve("PRIVATE.example", 5678))
        .containsExactly(new InetSocketAddress(address("10.0.0.1"), 5678));
    assertThatThrownBy(() -> allowing.resolve("private.example", 80))
        .isInstanceOf(TargetRefusedException.class);
    assertThatThrownBy(() -> allowing.resolve("private.example"))
        .isInstanceOf(TargetRefusedException.class);
  }

  @Test
  void a_name_without_addresses_is_unknown() {
    for (String host : new String[] {"nothing.example", "unknown.example"}) {
      assertThatThrownBy(() -> resolver.resolve(host, 443))
          .isExactlyInstanceOf(UnknownHostException.class);
    }
  }

  private static InetAddress address(String text) throws UnknownHostException {
    return InetAddress.getByName(text);
  }
}
