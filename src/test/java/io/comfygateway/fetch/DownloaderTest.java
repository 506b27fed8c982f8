package io.comfygateway.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.comfygateway.egress.DeadlineException;
import io.comfygateway.egress.GuardedConnections;
import io.comfygateway.egress.TargetRefusedException;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.fetch.Downloader.Answer;
import io.comfygateway.prompt.InputUnusableException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class DownloaderTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private CloseableHttpClient client;
  private Downloader downloader;
  private String body = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    // The name localhost stays out, the address of the server is in.
    UrlGuard guard = new UrlGuard("127.0.0.1:" + port());
    client =
        new GuardedConnections(
                guard, new GuardedConnections.Limits(4, 4, Duration.ofSeconds(5), LONG, 1_000))
            .client();
    downloader = new Downloader(client, new InputUrls(guard));
  }

  @AfterEach
  void stop() throws IOException {
    released.countDown();
    client.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    asked.add(path);
    seen.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    if (path.startsWith("/hop/")) {
      int left = Integer.parseInt(path.substring("/hop/".length()));
      redirect(exchange, left == 0 ? "/ok" : "/hop/" + (left - 1));
    } else if (path.startsWith("/to?")) {
      redirect(exchange, path.substring("/to?".length()));
    } else if (path.startsWith("/drip") || path.startsWith("/slow404")) {
      exchange.sendResponseHeaders(path.startsWith("/drip") ? 200 : 404, 0);
      OutputStream out = exchange.getResponseBody();
      out.write('x');
      out.flush();
      waitUntilReleased();
      exchange.close();
    } else if (path.startsWith("/busy")) {
      exchange.getResponseHeaders().set("Retry-After", "7");
      exchange.sendResponseHeaders(503, -1);
      exchange.close();
    } else {
      byte[] file = "file".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, file.length);
      exchange.getResponseBody().write(file);
      exchange.close();
    }
  }

  private void waitUntilReleased() {
    try {
      released.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void redirect(HttpExchange exchange, String location) throws IOException {
    exchange.getResponseHeaders().set("Location", location);
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  private Answer get(String path, Duration limit) throws IOException, InputUnusableException {
    return get(path, limit, new AtomicReference<>());
  }

  private Answer get(String path, Duration limit, AtomicReference<Runnable> stop)
      throws IOException, InputUnusableException {
    return downloader.get(
        new Downloader.Request(
            URI.create("http://127.0.0.1:" + port() + path),
            Map.of("Authorization", "Bearer secret"),
            limit,
            stop::set),
        in -> body = new String(in.readAllBytes(), StandardCharsets.UTF_8));
  }

  @Test
  void five_redirects_are_followed() throws Exception {
    assertThat(get("/hop/4", LONG).status()).isEqualTo(200);
    assertThat(body).isEqualTo("file");
    assertThat(asked).hasSize(6);
  }

  @Test
  void a_sixth_is_not() {
    assertThatThrownBy(() -> get("/hop/5", LONG))
        .isInstanceOf(InputUnusableException.class)
        .hasMessageContaining("redirects more than 5 times");
    assertThat(asked).doesNotContain("/ok");
  }

  @Test
  void a_redirect_into_the_gateways_own_network_is_not_followed() {
    for (String location :
        List.of(
            "http://localhost:" + port() + "/ok",
            "http://127.0.0.1:1/ok",
            "http://10.0.0.1/",
            "http://[::1]:" + port() + "/ok")) {
      assertThatThrownBy(() -> get("/to?" + location, LONG))
          .as(location)
          .isInstanceOf(InputUnusableException.class)
          .hasMessageContaining("redirects to a URL that is not allowed");
    }
    assertThat(asked).allMatch(path -> path.startsWith("/to?"));
  }

  @Test
  void a_name_that_leads_into_it_gets_no_connection() {
    UrlGuard guard = new UrlGuard("");
    assertThatThrownBy(
            () ->
                new GuardedConnections(guard, GuardedConnections.Limits.standard())
                    .client()
                    .executeOpen(
                        null,
                        new org.apache.hc.client5.http.classic.methods.HttpGet(
                            "http://127.0.0.1:" + port() + "/ok"),
                        null))
        .isInstanceOf(TargetRefusedException.class);
    assertThat(asked).isEmpty();
  }

  @Test
  void what_is_meant_for_one_host_is_not_shown_to_another() throws Exception {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext("/", this::answer);
    other.start();
    try {
      String there = "127.0.0.1:" + other.getAddress().getPort();
      UrlGuard guard = new UrlGuard("127.0.0.1");
      downloader = new Downloader(client(guard), new InputUrls(guard));

      get("/to?http://" + there + "/ok", LONG);
    } finally {
      other.stop(0);
    }
    assertThat(seen).containsExactly("Bearer secret", "null");
  }

  private static CloseableHttpClient client(UrlGuard guard) {
    return new GuardedConnections(guard, GuardedConnections.Limits.standard()).client();
  }

  @Test
  void a_server_that_says_when_to_come_again_is_heard() throws Exception {
    Answer answer = get("/busy", LONG);

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.retryAfter()).contains("7");
    assertThat(answer.host()).isEqualTo("127.0.0.1");
  }

  @Test
  void a_dripping_server_has_its_time_and_no_more() {
    assertThatThrownBy(() -> get("/drip", Duration.ofMillis(300)))
        .isInstanceOf(DeadlineException.class);
  }

  @Test
  void the_rest_of_an_error_is_not_waited_for() throws Exception {
    assertThat(get("/slow404", LONG).status()).isEqualTo(404);
  }

  @Test
  void a_download_can_be_ended_from_outside() {
    AtomicReference<Runnable> stop = new AtomicReference<>();
    CompletableFuture<Answer> download =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return get("/drip", LONG, stop);
              } catch (IOException | InputUnusableException e) {
                throw new IllegalStateException(e);
              }
            },
            threads);
    await().until(() -> asked.contains("/drip"));

    stop.get().run();

    await().until(download::isCompletedExceptionally);
  }
}
