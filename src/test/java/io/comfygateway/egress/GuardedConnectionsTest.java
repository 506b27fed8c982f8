package io.comfygateway.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.comfygateway.delivery.Outcome;
import io.comfygateway.delivery.Outcome.NoAnswer;
import io.comfygateway.delivery.Outcome.Refused;
import io.comfygateway.egress.GuardedConnections.Limits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class GuardedConnectionsTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile URI lastUri;
  private HttpServer receiver;
  private DefaultCamelContext camel;
  private ProducerTemplate client;

  @BeforeEach
  void start_receiver() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.setExecutor(threads);
    receiver.createContext("/", this::answer);
    receiver.start();
  }

  @AfterEach
  void stop() throws IOException {
    released.countDown();
    camel.close();
    receiver.stop(0);
    threads.shutdownNow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:%d/ok",
        "http://localhost:%d/ok",
        "http://[::ffff:127.0.0.1]:%d/ok",
        "http://0.0.0.0:%d/ok",
        "http://[::1]:%d/ok",
        "https://127.0.0.1:%d/ok"
      })
  void no_spelling_of_this_machine_gets_a_connection(String url) {
    connect("", standard());

    assertThat(Outcome.of(post(url.formatted(port())).getException())).isInstanceOf(Refused.class);
    assertThat(requests).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://127.1:%d/ok", "http://2130706433:%d/ok", "http://0x7f000001:%d/ok"})
  void an_odd_spelling_that_got_past_the_check_gets_no_connection_either(String url) {
    connect("", standard());

    assertThat(post(url.formatted(port())).getException()).isNotNull();
    assertThat(requests).hasValue(0);
  }

  @Test
  void a_url_arrives_as_it_was_written() {
    connect("127.0.0.1", standard());
    String path = "/webhook-waiting/12?signature=a%2Fb%3D&x=1+2&y=%7B%7Benv:HOME%7D%7D&z=RAW(a)";

    assertThat(status(post(url("127.0.0.1", path)))).isEqualTo(200);
    assertThat(lastUri).hasToString(path);
  }

  @Test
  void an_allowed_address_is_reached_at_its_port_only() {
    connect("127.0.0.1:" + port(), standard());

    assertThat(status(post(url("127.0.0.1", "/ok")))).isEqualTo(200);
    assertThat(Outcome.of(post("http://127.0.0.1:1/").getException())).isInstanceOf(Refused.class);
  }

  @Test
  void an_allowed_name_is_reached() {
    connect("localhost", standard());

    assertThat(status(post(url("localhost", "/ok")))).isEqualTo(200);
  }

  @Test
  void a_redirect_is_not_followed() {
    connect("127.0.0.1", standard());

    assertThat(status(post(url("127.0.0.1", "/redirect")))).isEqualTo(302);
    assertThat(requests).hasValue(1);
  }

  @Test
  void a_busy_answer_is_not_sent_again_behind_the_schedules_back() {
    connect("127.0.0.1", standard());

    assertThat(status(post(url("127.0.0.1", "/busy")))).isEqualTo(503);
    assertThat(requests).hasValue(1);
  }

  @Test
  void a_receiver_that_trickles_its_answer_is_cut_off_at_the_deadline() {
    connect("127.0.0.1", within(Duration.ofMillis(500)));

    long start = System.nanoTime();
    Exchange exchange = post(url("127.0.0.1", "/trickle"));

    assertThat(Outcome.of(exchange.getException()))
        .isEqualTo(new NoAnswer("the receiver took too long"));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void a_receiver_that_never_answers_is_cut_off_at_the_deadline() {
    connect("127.0.0.1", within(Duration.ofMillis(500)));

    assertThat(Outcome.of(post(url("127.0.0.1", "/silent")).getException()))
        .isEqualTo(new NoAnswer("the receiver took too long"));
  }

  @Test
  void an_endless_answer_is_cut_off_and_still_counts() {
    connect("127.0.0.1", standard());

    Exchange exchange = post(url("127.0.0.1", "/endless"));

    assertThat(status(exchange)).isEqualTo(200);
    assertThat(exchange.getMessage().getBody(byte[].class)).hasSize(65_536);
    await().untilAsserted(() -> assertThat(atOnce).hasValue(0));
  }

  @Test
  void an_endless_answer_that_nobody_reads_is_cut_off_as_well() {
    connect("127.0.0.1", standard());

    Exchange exchange = post(url("127.0.0.1", "/endless"), "callback:any?ignoreResponseBody=true");

    assertThat(status(exchange)).isEqualTo(200);
    await().untilAsserted(() -> assertThat(atOnce).hasValue(0));
  }

  @Test
  void one_receiver_gets_no_more_connections_than_its_share() throws Exception {
    connect("127.0.0.1", standard());
    List<Future<Exchange>> posts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      posts.add(threads.submit(() -> post(url("127.0.0.1", "/held"))));
    }

    await().untilAsserted(() -> assertThat(atOnce).hasValue(4));
    released.countDown();

    for (Future<Exchange> post : posts) {
      assertThat(status(post.get(20, TimeUnit.SECONDS))).isEqualTo(200);
    }
    assertThat(requests).hasValue(8);
    assertThat(mostAtOnce).hasValue(4);
  }

  @Test
  void connections_are_used_again_after_answers_and_outlive_an_endpoint() {
    connect("127.0.0.1", standard());

    assertThat(status(post(url("127.0.0.1", "/ok"), "callback:one"))).isEqualTo(200);
    camel.getEndpoint("callback:one").stop();
    assertThat(status(post(url("127.0.0.1", "/ok"), "callback:two"))).isEqualTo(200);
  }

  @Test
  void a_name_that_moves_after_the_check_gets_the_address_that_was_checked() {
    RebindingNames names = new RebindingNames();
    connect(
        new GuardedConnections(new UrlGuard("127.0.0.1"), standard(), ServerTrust.STANDARD, names));

    assertThat(status(post(url("rebinding.example", "/ok")))).isEqualTo(200);
    assertThat(names.asked).hasValue(1);
  }

  @Test
  void a_name_with_an_underscore_is_reached_as_the_name_of_a_container_is() {
    RebindingNames names = new RebindingNames();
    connect(
        new GuardedConnections(new UrlGuard("my_n8n"), standard(), ServerTrust.STANDARD, names));

    assertThat(status(post(HostAlias.of(url("my_n8n", "/ok"))))).isEqualTo(200);
    assertThat(names.asked).hasValue(1);
  }

  private void connect(String allowed, Limits limits) {
    connect(new GuardedConnections(new UrlGuard(allowed), limits));
  }

  private void connect(GuardedConnections connections) {
    camel = new DefaultCamelContext();
    camel.addComponent("callback", connections.component());
    camel.start();
    client = camel.createProducerTemplate();
  }

  private Exchange post(String url) {
    return post(url, "callback:any");
  }

  private Exchange post(String url, String endpoint) {
    String separator = endpoint.contains("?") ? "&" : "?";
    return client.request(
        endpoint + separator + "throwExceptionOnFailure=false",
        exchange -> {
          exchange.getIn().setHeader(Exchange.HTTP_URI, url);
          exchange.getIn().setHeader(Exchange.HTTP_METHOD, "POST");
          exchange.getIn().setBody("{}");
        });
  }

  private static int status(Exchange exchange) {
    assertThat(exchange.getException()).isNull();
    return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
  }

  private String url(String host, String path) {
    return "http://" + host + ":" + port() + path;
  }

  private int port() {
    return receiver.getAddress().getPort();
  }

  private static Limits standard() {
    return Limits.standard();
  }

  private static Limits within(Duration whole) {
    return new Limits(4, 64, Duration.ofSeconds(5), whole, 65_536);
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    lastUri = exchange.getRequestURI();
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      switch (exchange.getRequestURI().getPath()) {
        case "/redirect" -> {
          exchange.getResponseHeaders().add("Location", "/ok");
          exchange.sendResponseHeaders(302, -1);
        }
        case "/busy" -> {
          exchange.getResponseHeaders().add("Retry-After", "0");
          exchange.sendResponseHeaders(503, -1);
        }
        case "/silent" -> released.await(10, TimeUnit.SECONDS);
        case "/held" -> {
          released.await(10, TimeUnit.SECONDS);
          exchange.sendResponseHeaders(200, -1);
        }
        case "/trickle" -> write(exchange, 1, 50);
        case "/endless" -> write(exchange, 65_536, 0);
        default -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write(new byte[2]);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      atOnce.decrementAndGet();
    }
  }

  /** Writes until the other side has gone, or the test is over. */
  private void write(HttpExchange exchange, int bytes, long everyMillis)
      throws IOException, InterruptedException {
    exchange.sendResponseHeaders(200, 0);
    OutputStream body = exchange.getResponseBody();
    while (!released.await(everyMillis, TimeUnit.MILLISECONDS)) {
      body.write(new byte[bytes]);
      body.flush();
    }
  }

  /** Answers with an allowed address once, and with one that is not from then on. */
  private static final class RebindingNames implements DnsResolver {
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      String address = asked.getAndIncrement() == 0 ? "127.0.0.1" : "10.0.0.1";
      return new InetAddress[] {InetAddress.getByName(address)};
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }
}
