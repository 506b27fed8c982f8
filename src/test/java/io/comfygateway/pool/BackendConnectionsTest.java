package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.comfygateway.egress.AnswerTooLargeException;
import io.comfygateway.egress.DeadlineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackendConnectionsTest {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
  }

  @Test
  void a_server_with_an_underscore_in_its_name_is_reached_with_its_credentials() {
    server.createContext(
        "/",
        exchange -> {
          String host = exchange.getRequestHeaders().getFirst("Host");
          String key = exchange.getRequestHeaders().getFirst("Authorization");
          byte[] said = (host + " " + key).getBytes(StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(200, said.length);
          exchange.getResponseBody().write(said);
          exchange.close();
        });
    server.start();

    Exchange answer = get("/queue", Duration.ofSeconds(5), 65_536);

    assertThat(answer.getException()).isNull();
    assertThat(answer.getMessage().getBody(String.class))
        .isEqualTo("my_comfy:" + server.getAddress().getPort() + " Bearer t");
  }

  @Test
  void an_answer_that_drips_is_given_up_when_its_time_is_over() {
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (exchange) {
            while (over.getCount() > 0) {
              exchange.getResponseBody().write(' ');
              exchange.getResponseBody().flush();
              over.await(10, TimeUnit.MILLISECONDS);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();

    Exchange answer = get("/queue", Duration.ofMillis(300), 65_536);

    assertThat(answer.getException()).isInstanceOf(DeadlineException.class);
  }

  @Test
  void an_answer_that_is_too_large_is_given_up() {
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(new byte[70_000]);
          exchange.close();
        });
    server.start();

    assertThat(get("/queue", Duration.ofSeconds(5), 65_536).getException())
        .isInstanceOf(AnswerTooLargeException.class);
    assertThat(get("/view", Duration.ofSeconds(5), 65_536).getException()).isNull();
  }

  private Exchange get(String path, Duration time, long most) {
    BackendCredentials bearer =
        new BackendCredentials(Map.of("Authorization", "Bearer t"), Optional.empty());
    Backend named = Backend.parse("http://my_comfy:" + server.getAddress().getPort(), 2).get(0);
    Backend backend =
        new Backend(named.name(), named.url(), 2, Set.of(), false, bearer, Optional.empty());
    Backends pool =
        new Backends(
            List.of(backend),
            new ProbePolicy(1, PAUSE, PAUSE, 1, PAUSE, PAUSE, PAUSE, PAUSE),
            InstantSource.system(),
            false);
    BackendConnections connections =
        new BackendConnections(
            pool,
            new BackendConnections.Limits(Duration.ofSeconds(5), time, time, most, 1_000_000),
            new Loopback());
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.addComponent("comfyui", connections.component());
      camel.start();
      return camel
          .createProducerTemplate()
          .request(
              "comfyui:server?throwExceptionOnFailure=false&httpMethod=GET",
              exchange -> exchange.getIn().setHeader(Exchange.HTTP_URI, backend.httpUrl() + path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every name is this machine. */
  private static final class Loopback implements DnsResolver {
    @Override
    public InetAddress[] resolve(String host) {
      return new InetAddress[] {InetAddress.getLoopbackAddress()};
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }
}
