package io.comfygateway.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.comfygateway.egress.GuardedConnections;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.tls.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.classic.methods.HttpPut;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose certificate is not from one of Java's authorities. */
class DestinationTrustTest {
  private static final Path TLS = Path.of("src/test/resources/tls");

  @TempDir Path folder;
  private HttpsServer server;

  @BeforeEach
  void start() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManager[] keys = {
      Pem.certifiedKey(
              Files.readString(TLS.resolve("server.pem")),
              Files.readString(TLS.resolve("server.key")))
          .keyManager()
    };
    context.init(keys, null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        call -> {
          call.sendResponseHeaders(201, -1);
          call.close();
        });
    server.start();
    Files.copy(TLS.resolve("ca.pem"), folder.resolve("ca.pem"));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private int put(String destination) throws IOException {
    Path file = folder.resolve("destinations.yaml");
    String url = "https://127.0.0.1:" + server.getAddress().getPort();
    Files.writeString(file, "destinations:\n  dav: " + destination.replace("URL", url) + "\n");
    Destinations destinations = new Destinations(file, Map.of(), () -> Set.of("http", "own"));
    assertThat(destinations.faults()).isEmpty();
    GuardedConnections connections =
        new GuardedConnections(
            new UrlGuard("127.0.0.1"),
            GuardedConnections.Limits.standard(),
            new DestinationTrust(destinations));
    try (CloseableHttpClient client = connections.client()) {
      return client.execute(new HttpPut(url + "/a.png"), answer -> answer.getCode());
    }
  }

  @Test
  void a_server_is_trusted_by_the_authority_that_its_destination_names() throws IOException {
    assertThat(put("{sink: http, url: \"URL/{key}\", ca: {file: ca.pem}}")).isEqualTo(201);
    assertThat(put("{sink: own, url: URL, ca: {file: ca.pem}}")).isEqualTo(201);
  }

  @Test
  void without_it_or_for_another_port_the_server_is_not_trusted() {
    assertThatThrownBy(() -> put("{sink: http, url: URL}"))
        .isInstanceOf(SSLHandshakeException.class);
    assertThatThrownBy(() -> put("{sink: http, url: \"https://127.0.0.1\", ca: {file: ca.pem}}"))
        .isInstanceOf(SSLHandshakeException.class);
  }
}
