package io.comfygateway.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.remote.SftpEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fields of destinations as parameters of endpoints, without a secret in a URI. */
class DestinationFieldsTest {
  private static final String PASSWORD = "a & b)} +%41 {{c}} ${d}";
  private final DestinationFields fields = new DestinationFields();
  private DefaultCamelContext context;

  @BeforeEach
  void start() {
    context = new DefaultCamelContext();
    context.getRegistry().bind("sftp", new SecretSftpComponent());
    context.start();
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private String bind(ObjectNode settings) {
    Exchange exchange = new DefaultExchange(context);
    fields.bind(exchange, settings);
    return exchange.getProperty("fields", String.class);
  }

  private static ObjectNode settings(String password) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", "nas")
        .put("username", "gate way")
        .put("password", password)
        .put("known-hosts", "nas ssh-ed25519 AAAA");
  }

  @Test
  void an_endpoint_has_the_values_and_its_URI_has_not() {
    String name = bind(settings(PASSWORD));

    SftpEndpoint endpoint =
        (SftpEndpoint)
            context.getEndpoint(
                "sftp:nas:22?username=#%s.username&password=#%s.password&knownHosts=#%s.known-hosts&privateKeyPassphrase=#%s.passphrase"
                    .replace("%s", name));

    assertThat(endpoint.getConfiguration().getUsername()).isEqualTo("gate way");
    assertThat(endpoint.getConfiguration().getPassword()).isEqualTo(PASSWORD);
    assertThat(endpoint.getConfiguration().getPrivateKeyPassphrase()).isEmpty();
    assertThat(endpoint.getConfiguration().getKnownHosts()).asString().contains("ssh-ed25519");
    assertThat(endpoint.getEndpointUri()).doesNotContain(PASSWORD, "gate way", "AAAA");
  }

  @Test
  void a_password_that_is_no_name_of_a_field_stays() {
    SftpEndpoint endpoint =
        (SftpEndpoint) context.getEndpoint("sftp:nas:22?username=me&password=%23mine");

    assertThat(endpoint.getConfiguration().getPassword()).isEqualTo("#mine");
  }

  @Test
  void the_names_stay_until_a_field_changes() {
    String first = bind(settings("one"));
    assertThat(bind(settings("one"))).isEqualTo(first);

    String second = bind(settings("two"));

    assertThat(second).isNotEqualTo(first);
    assertThat(context.getRegistry().lookupByName(second + ".password")).isEqualTo("two");
    assertThat(context.getRegistry().lookupByName(first + ".password")).isNull();
  }
}
