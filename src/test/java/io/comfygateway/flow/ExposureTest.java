package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The gateway behind a real nginx and a real Caddy, with the configurations that are shipped. */
@Tag("slow")
class ExposureTest {
  private static final String ADMIN = "admin-0123456789abcdef";
  private static final int MEGABYTE = 1024 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path place;
  private final Comfy comfy = Comfy.start();
  private final HttpClient http =
      HttpClient.newBuilder().sslContext(Certificates.trusting()).build();
  private Certificates certificate;
  private TestGateway gateway;
  private FrontProxy proxy;

  @BeforeEach
  void certificate() {
    certificate = new Certificates(place).signed();
  }

  @AfterEach
  void stop() {
    comfy.release();
    if (proxy != null) {
      proxy.close();
    }
    if (gateway != null) {
      gateway.close();
    }
    comfy.close();
  }

  private void start(FrontProxy.Kind kind) throws Exception {
    gateway =
        TestGateway.start(
                place.resolve("data"),
                comfy.url(),
                Map.of(
                    "gateway.api-keys",
                    "alice:" + TestGateway.KEY + ":run+raw,boss:" + ADMIN + ":admin",
                    "gateway.public-url",
                    "https://gateway.example.com",
                    "gateway.trusted-proxies",
                    "127.0.0.1"))
            .ready();
    Path folder = Files.createDirectory(place.resolve("proxy"));
    proxy = FrontProxy.start(kind, folder, certificate, gateway.server().port());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(proxy.url() + path))
        .timeout(PATIENCE)
        .header("X-API-Key", TestGateway.KEY);
  }

  private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return new Answer(http.send(request.build(), BodyHandlers.ofByteArray()));
  }

  private Answer post(String path, String body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  @ParameterizedTest
  @EnumSource
  void a_client_of_ComfyUIs_own_API_follows_its_prompt_through_it(FrontProxy.Kind kind)
      throws Exception {
    start(kind);
    ClientConnection socket =
        ClientConnection.open(
            http,
            proxy.url(),
            "/ws?clientId=tab",
            "X-API-Key",
            TestGateway.KEY,
            "Origin",
            proxy.url());

    Answer answer =
        post(
            "/prompt",
            """
            {"client_id": "tab", "prompt": {
              "1": {"class_type": "EmptyImage",
                    "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
              "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}}}
            """);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    socket.awaitEnd(answer.json().path("prompt_id").asText());
    socket.close();
  }

  @ParameterizedTest
  @EnumSource
  void a_job_goes_through_whether_its_request_is_held_or_not(FrontProxy.Kind kind)
      throws Exception {
    start(kind);

    comfy.hold();
    Answer held = post("/webhook/smoke?respond=accepted", "{}");
    assertThat(held.status()).as(held.text()).isEqualTo(202);
    Answer waited = send(request("/jobs/" + held.id()).header("Prefer", "wait=3"));
    assertThat(waited.status()).isEqualTo(200);
    comfy.release();
    JsonNode done = post("/webhook/smoke?respond=result", "{}").json();

    assertThat(done.path("status").asText()).isEqualTo("succeeded");
    assertThat(done.at("/links/self").asText())
        .isEqualTo("https://gateway.example.com/jobs/" + done.path("id").asText());
  }

  @ParameterizedTest
  @EnumSource
  void a_file_of_some_megabytes_goes_in_and_one_goes_out_in_parts(FrontProxy.Kind kind)
      throws Exception {
    start(kind);
    byte[] picture = noise();
    assertThat(picture).hasSizeGreaterThan(3 * MEGABYTE);
    FormBody form =
        new FormBody().file("image", "noise.png", "image/png", picture).field("prompt", "a cat");

    Answer sent =
        send(
            request("/webhook/img2img?respond=accepted")
                .header("Content-Type", form.contentType())
                .POST(BodyPublishers.ofByteArray(form.bytes())));
    assertThat(sent.status()).as(sent.text()).isEqualTo(202);

    String job =
        post(
                "/webhook",
                """
                {"prompt": {"1": {"class_type": "BigFile",
                    "inputs": {"megabytes": 8, "seed": 9, "filename_prefix": "film"}}}}
                """)
            .id();
    gateway.await(job, "succeeded");
    byte[] whole = send(request("/jobs/" + job + "/outputs/0")).bytes();
    Answer part =
        send(
            request("/jobs/" + job + "/outputs/0")
                .header("Range", "bytes=%d-%d".formatted(MEGABYTE, 3 * MEGABYTE - 1)));

    assertThat(whole).hasSize(8 * MEGABYTE);
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.header("Content-Range")).isEqualTo("bytes 1048576-3145727/" + 8 * MEGABYTE);
    assertThat(part.bytes()).isEqualTo(Arrays.copyOfRange(whole, MEGABYTE, 3 * MEGABYTE));
  }

  private static byte[] noise() throws IOException {
    BufferedImage image = new BufferedImage(1200, 1200, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(7);
    for (int x = 0; x < image.getWidth(); x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @EnumSource
  void where_a_caller_is_says_the_proxy_and_not_the_caller(FrontProxy.Kind kind) throws Exception {
    start(kind);
    String ofTwo = keyFor("two", "127.0.0.2/32");
    String ofThree = keyFor("three", "127.0.0.3/32");

    assertThat(fromTwo(ofTwo, "X-Odd: nothing")).startsWith("HTTP/1.1 200 ");
    for (String claim :
        new String[] {
          "X-Forwarded-For: 127.0.0.3",
          "x-forwarded-for: 127.0.0.3, 127.0.0.1",
          "X-Forwarded-For: 127.0.0.3\r\nX-Forwarded-For: 127.0.0.3",
          "Forwarded: for=127.0.0.3",
          "X-Real-IP: 127.0.0.3"
        }) {
      assertThat(fromTwo(ofTwo, claim)).as(claim).startsWith("HTTP/1.1 200 ");
      assertThat(fromTwo(ofThree, claim)).as(claim).startsWith("HTTP/1.1 403 ");
    }
  }

  private String keyFor(String name, String network) {
    Answer made =
        gateway.postWith(
            "/keys",
            ADMIN,
            "{\"name\":\"%s\",\"scopes\":[\"run\"],\"networks\":[\"%s\"]}"
                .formatted(name, network));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return made.json().path("secret").asText();
  }

  /** The answer to a request from 127.0.0.2 that has one header field more. */
  private String fromTwo(String key, String field) throws IOException {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    try (Socket plain = new Socket()) {
      plain.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0));
      plain.connect(new InetSocketAddress(loopback, proxy.port()));
      plain.setSoTimeout((int) PATIENCE.toMillis());
      try (SSLSocket socket =
          (SSLSocket)
              Certificates.trusting()
                  .getSocketFactory()
                  .createSocket(plain, "localhost", proxy.port(), true)) {
        socket
            .getOutputStream()
            .write(
                "GET /jobs HTTP/1.1\r\nHost: localhost\r\nX-API-Key: %s\r\n%s\r\nConnection: close\r\n\r\n"
                    .formatted(key, field)
                    .getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  @Test
  void nginx_sends_plain_http_to_tls() throws Exception {
    start(FrontProxy.Kind.NGINX);

    Answer answer =
        send(HttpRequest.newBuilder(URI.create("http://localhost:" + proxy.plainPort() + "/jobs")));

    assertThat(answer.status()).isEqualTo(308);
    assertThat(answer.header("Location")).isEqualTo("https://localhost/jobs");
  }

  @Test
  void both_wait_longer_than_a_request_is_held_and_take_as_much_as_the_gateway()
      throws IOException {
    String settings = Files.readString(Path.of("config/application.properties"));
    int held = number(settings, "GATEWAY_WAIT_MAX_SECONDS:(\\d+)");
    int idle = number(settings, "GATEWAY_HTTP_IDLE_SECONDS:(\\d+)");
    int body = number(settings, "GATEWAY_MAX_BODY_BYTES:(\\d+)");
    String nginx = FrontProxy.Kind.NGINX.shipped();
    String caddy = FrontProxy.Kind.CADDY.shipped();

    assertThat(number(nginx, "proxy_read_timeout (\\d+)s;")).isGreaterThan(held);
    assertThat(number(caddy, "response_header_timeout (\\d+)s\n")).isGreaterThan(held);
    assertThat(number(nginx, "keepalive_timeout (\\d+)s;")).isLessThan(idle);
    assertThat(number(caddy, "\tkeepalive (\\d+)s\n")).isLessThan(idle);
    assertThat(number(nginx, "client_max_body_size (\\d+)m;") * MEGABYTE).isEqualTo(body);
    assertThat(number(caddy, "max_size (\\d+)MiB\n") * MEGABYTE).isEqualTo(body);
  }

  private static int number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return Integer.parseInt(matcher.group(1));
  }
}
