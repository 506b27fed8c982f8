package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.app.GatewayServer;
import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The port with a certificate of its own. */
class TlsPortTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String PROMPT =
      """
      {"client_id": "tab", "prompt": {
        "1": {"class_type": "EmptyImage",
              "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "tls"}}}}
      """;

  @TempDir Path place;
  private final Comfy comfy = Comfy.start();
  private Certificates files;
  private TestGateway gateway;

  @BeforeEach
  void certificate() {
    files = new Certificates(place).signed();
  }

  private Map<String, String> tls(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("gateway.tls.certificate", files.certificate().toString());
    settings.put("gateway.tls.key", files.key().toString());
    settings.put("gateway.files.check-interval-ms", "50");
    return settings;
  }

  private void start(Map<String, String> more) {
    gateway = TestGateway.start(place.resolve("data"), comfy.url(), tls(more));
  }

  @AfterEach
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
    comfy.close();
  }

  private static HttpClient client(SSLContext trust) {
    return HttpClient.newBuilder().sslContext(trust).build();
  }

  private HttpResponse<String> get(HttpClient client, String path)
      throws IOException, InterruptedException {
    URI url = URI.create(path.startsWith("https:") ? path : gateway.url() + path);
    return client.send(
        HttpRequest.newBuilder(url).timeout(PATIENCE).header("X-API-Key", TestGateway.KEY).build(),
        BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }

  private SSLSocket connect(X509Certificate... trusted) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            Certificates.trusting(trusted)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), gateway.server().port());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.startHandshake();
    return socket;
  }

  private static X509Certificate shown(SSLSocket socket) throws IOException {
    return (X509Certificate) socket.getSession().getPeerCertificates()[0];
  }

  private static String live(SSLSocket socket) throws IOException {
    socket
        .getOutputStream()
        .write("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    InputStream in = socket.getInputStream();
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("}")) {
      answer.append((char) in.read());
    }
    return answer.toString();
  }

  @Test
  void a_prompt_of_a_client_of_ComfyUIs_own_API_is_followed_over_tls() throws Exception {
    start(Map.of());
    HttpClient client = client(Certificates.trusting());
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> get(client, "/health/ready").body().contains(":{\"status\":\"up\"}}"));
    ClientConnection socket =
        ClientConnection.open(
            client, gateway.url(), "/ws?clientId=tab", "X-API-Key", TestGateway.KEY);

    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(gateway.url() + "/prompt"))
                .header("X-API-Key", TestGateway.KEY)
                .POST(HttpRequest.BodyPublishers.ofString(PROMPT))
                .build(),
            BodyHandlers.ofString());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    socket.awaitEnd(json(answer).path("prompt_id").asText());
    socket.close();
  }

  @Test
  void a_job_is_sent_and_fetched_over_tls_and_its_links_say_https() throws Exception {
    start(Map.of("gateway.tls.hsts-seconds", "3600"));
    HttpClient client = client(Certificates.trusting());
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> get(client, "/health/ready").body().contains(":{\"status\":\"up\"}}"));

    HttpResponse<String> done =
        client.send(
            HttpRequest.newBuilder(URI.create(gateway.url() + "/webhook/smoke?respond=result"))
                .header("X-API-Key", TestGateway.KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"inputs\":{\"width\":64,\"height\":64}}"))
                .build(),
            BodyHandlers.ofString());

    assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
    assertThat(done.headers().firstValue("Strict-Transport-Security")).hasValue("max-age=3600");
    String link = json(done).at("/outputs/0/url").asText();
    assertThat(link).startsWith("https://127.0.0.1:" + gateway.server().port() + "/jobs/");
    assertThat(get(client, link).statusCode()).isEqualTo(200);
  }

  @Test
  void it_speaks_tls_1_2_and_1_3_and_nothing_to_who_speaks_none() throws Exception {
    start(Map.of());
    for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
      try (SSLSocket socket =
          (SSLSocket)
              Certificates.trusting()
                  .getSocketFactory()
                  .createSocket(InetAddress.getLoopbackAddress(), gateway.server().port())) {
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        assertThat(socket.getSession().getProtocol()).isEqualTo(version);
        assertThat(live(socket)).startsWith("HTTP/1.1 200 ");
      }
    }
    try (RawConnection plain = RawConnection.to(gateway)) {
      plain.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(plain.untilClosed()).doesNotContain("HTTP/1.1");
    }
  }

  @Test
  void a_newer_certificate_is_shown_to_new_connections_while_open_ones_go_on() throws Exception {
    start(Map.of());
    try (SSLSocket open = connect()) {
      assertThat(shown(open).getSubjectX500Principal().getName()).isEqualTo("CN=server");

      for (String algorithm : new String[] {"EC", "RSA"}) {
        X509Certificate newer = files.selfSigned(algorithm);
        Awaitility.await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .until(
                () -> {
                  try (SSLSocket socket = connect(newer)) {
                    return shown(socket).equals(newer);
                  }
                });
      }

      assertThat(live(open)).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void files_that_cannot_be_used_leave_the_certificate_and_show_on_readiness_until_mended()
      throws Exception {
    start(Map.of());
    HttpClient client = client(Certificates.trusting());
    assertThat(json(get(client, "/health/ready")).at("/parts/certificate/status").asText())
        .isEqualTo("up");

    for (String algorithm : new String[] {"EC", "RSA"}) {
      Path other = Files.createDirectory(place.resolve(algorithm));
      new Certificates(other).selfSigned(algorithm);
      Files.copy(other.resolve("key.pem"), files.key(), StandardCopyOption.REPLACE_EXISTING);
      JsonNode part =
          Awaitility.await()
              .atMost(PATIENCE)
              .until(
                  () -> json(get(client, "/health/ready")).at("/parts/certificate"),
                  // A copy that is half done is a fault, too.
                  it -> it.path("faults").path(0).asText().contains("not the private key"));
      assertThat(part.path("status").asText()).isEqualTo("down");
      assertThat(part.path("faults").path(0).asText()).contains(files.key().toString());
      files.signed();
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> get(client, "/health/ready").statusCode() == 200);
    }
    Files.delete(files.certificate());
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> get(client, "/health/ready").statusCode() == 503);
    assertThat(get(client(Certificates.trusting()), "/health/ready").statusCode()).isEqualTo(503);

    files.signed();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> get(client, "/health/ready").statusCode() == 200);
  }

  @Test
  void a_certificate_that_cannot_be_used_is_named_at_the_start() throws IOException {
    assertFault(Map.of("gateway.tls.key", ""), "gateway.tls.key is not; set both");
    Files.writeString(files.key(), "nothing");
    assertFault(Map.of(), "no private key in PEM that can be used");
    Files.delete(files.key());
    assertFault(Map.of(), "cannot be read (NoSuchFileException)");
    files.signed();
    Files.writeString(files.certificate(), "nothing");
    assertFault(Map.of(), "no certificate in PEM");
  }

  private void assertFault(Map<String, String> changes, String expected) {
    Map<String, String> settings = tls(Map.of());
    settings.putAll(changes);
    assertThatThrownBy(() -> TestGateway.settings(place, comfy.url(), settings))
        .isInstanceOf(Settings.InvalidSettings.class)
        .hasMessageContaining(expected);
  }

  @Test
  void a_port_that_is_taken_fails_the_start_with_tls_too() {
    start(Map.of());
    Map<String, String> same = tls(Map.of());
    same.put("gateway.port", Integer.toString(gateway.server().port()));
    GatewayServer second =
        new GatewayServer(
            TestGateway.settings(place.resolve("second"), comfy.url(), same),
            InstantSource.system());

    assertThatThrownBy(second::start).hasMessageContaining("GATEWAY_PORT");
  }
}
