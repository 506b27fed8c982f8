package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bodies may take of the memory, and whose. */
class LargeBodiesTest {
  private static final int MOST = 8_000_000;

  /** More than the buffers of a connection hold. */
  private static final int LARGE = 6_000_000;

  private static final int SMALL = 65_536;
  private static final int MOST_SMALL_ONES = 512;

  private static Comfy comfy;
  private static TestGateway gateway;

  @BeforeAll
  static void start(@TempDir Path data) {
    comfy = Comfy.start();
    gateway =
        TestGateway.start(
                data, comfy.url(), Map.of("gateway.max-body-bytes", Integer.toString(MOST)))
            .ready();
  }

  @AfterEach
  void awaitPlace() {
    comfy.release();
    Awaitility.await().until(() -> gateway.post("/webhook/smoke", padded()).status() == 202);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    comfy.close();
  }

  @Test
  void of_a_caller_without_the_right_key_a_large_body_is_not_even_waited_for() throws IOException {
    try (Socket socket = begin("nobody-0123456789abcdef", "Content-Length: " + LARGE)) {
      assertThat(answer(socket)).contains(" 401 ").contains("onnection: close");
    }
  }

  @Test
  void who_sends_all_of_it_with_a_wrong_key_before_reading_is_answered_all_the_same()
      throws IOException {
    try (Socket socket = begin("nobody-0123456789abcdef", "Content-Length: " + LARGE)) {
      socket.getOutputStream().write(padded().getBytes(StandardCharsets.UTF_8));
      assertThat(answer(socket)).contains(" 401 ").contains("onnection: close");
      assertThat(closed(socket)).contains("unauthenticated");
    }
  }

  @Test
  void who_sends_all_of_it_where_there_is_no_place_is_answered_all_the_same() throws IOException {
    try (Socket first = begin(TestGateway.KEY, "Content-Length: " + LARGE)) {
      Awaitility.await().until(() -> gateway.post("/webhook/smoke", padded()).status() == 503);
      try (Socket second = begin(TestGateway.KEY, "Content-Length: " + LARGE)) {
        second.getOutputStream().write(padded().getBytes(StandardCharsets.UTF_8));
        assertThat(answer(second)).contains(" 503 ").contains("onnection: close");
        assertThat(closed(second)).contains("/busy");
      }
      first.getOutputStream().write(padded().getBytes(StandardCharsets.UTF_8));
      assertThat(answer(first)).contains(" 202 ");
    }
  }

  private static String closed(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void large_bodies_share_one_place_and_who_finds_none_is_told_to_come_again() throws IOException {
    try (Socket first = begin(TestGateway.KEY, "Content-Length: " + LARGE)) {
      Awaitility.await().until(() -> gateway.post("/webhook/smoke", padded()).status() == 503);
      TestGateway.Answer refused = gateway.post("/webhook/smoke", padded());
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      assertThat(refused.json().path("type").asText()).endsWith("/busy");
      assertThat(gateway.post("/webhook/smoke", "{}").status()).isEqualTo(202);

      first.getOutputStream().write(padded().getBytes(StandardCharsets.UTF_8));
      assertThat(answer(first)).contains(" 202 ");
    }
    assertThat(gateway.post("/webhook/smoke", padded()).status()).isEqualTo(202);
  }

  @Test
  void the_fields_of_forms_take_place_and_their_files_take_none() throws IOException {
    String field = "Content-Disposition: form-data; name=\"a\"";
    String file = field + "; filename=\"a.png\"";
    try (Socket first = form(field)) {
      Awaitility.await()
          .untilAsserted(
              () -> {
                try (Socket second = form(field)) {
                  assertThat(answer(second)).contains(" 503 ");
                }
              });
      for (int i = 0; i < 3; i++) {
        try (Socket other = form(file)) {
          other.getOutputStream().write("\r\n--b--".getBytes(StandardCharsets.US_ASCII));
          assertThat(answer(other)).contains(" 422 ");
        }
      }
      first.getOutputStream().write("\r\n--b--".getBytes(StandardCharsets.US_ASCII));
      assertThat(answer(first)).contains(" 422 ");
    }
    Awaitility.await().until(() -> gateway.post("/webhook/smoke", padded()).status() == 202);
  }

  /** A form of one part, whose last line, of seven bytes, is still to come. */
  private Socket form(String part) throws IOException {
    String head = "--b\r\n" + part + "\r\n\r\n";
    Socket socket =
        begin(
            TestGateway.KEY,
            "multipart/form-data; boundary=b",
            "Content-Length: " + (head.length() + LARGE + 7));
    socket.getOutputStream().write((head + "x".repeat(LARGE)).getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void small_bodies_of_anybody_fill_no_more_than_their_part() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < MOST_SMALL_ONES; i++) {
        Socket socket = begin("nobody-0123456789abcdef", "Content-Length: " + SMALL);
        sockets.add(socket);
        socket.getOutputStream().write(new byte[SMALL - 1]);
      }
      Awaitility.await()
          .untilAsserted(
              () -> {
                try (Socket one = begin(TestGateway.KEY, "Content-Length: " + SMALL)) {
                  assertThat(answer(one)).contains(" 503 ");
                }
              });
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    Awaitility.await().until(() -> gateway.post("/webhook/smoke", "{}").status() == 202);
  }

  @Test
  void a_caller_who_goes_away_leaves_the_place() throws IOException {
    // Some of them before the key was looked at, some after.
    for (int i = 0; i < 20; i++) {
      begin(TestGateway.KEY, "Content-Length: " + LARGE).close();
    }

    Awaitility.await().until(() -> gateway.post("/webhook/smoke", padded()).status() == 202);
  }

  @Test
  void a_request_that_waits_for_its_job_does_not_keep_the_place() {
    comfy.hold();
    CompletableFuture<TestGateway.Answer> held =
        CompletableFuture.supplyAsync(
            () -> gateway.post("/webhook/smoke", padded(), "Prefer", "wait=60"));
    Awaitility.await().until(() -> gateway.server().heldRequests() == 1);

    assertThat(gateway.post("/webhook/smoke", padded()).status()).isEqualTo(202);

    comfy.release();
    assertThat(held.join().status()).isEqualTo(200);
  }

  @Test
  void a_body_that_does_not_say_its_length_may_have_one_mebibyte() throws IOException {
    try (Socket socket = begin(TestGateway.KEY, "Transfer-Encoding: chunked")) {
      byte[] chunk = new byte[1_048_577];
      socket
          .getOutputStream()
          .write((Integer.toHexString(chunk.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(chunk);
      assertThat(answer(socket)).contains(" 413 ");
    }
  }

  private Socket begin(String key, String length) throws IOException {
    return begin(key, "application/json", length);
  }

  private Socket begin(String key, String type, String length) throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(gateway.url()).getPort());
    socket.setSoTimeout(30_000);
    String head =
        "POST /webhook/smoke HTTP/1.1\r\nHost: localhost\r\n"
            + ("Content-Type: " + type + "\r\nX-API-Key: " + key + "\r\n" + length + "\r\n\r\n");
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String padded() {
    return "{}" + " ".repeat(LARGE - 2);
  }

  private static String answer(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder text = new StringBuilder();
    for (int c = in.read(); c >= 0 && text.indexOf("\r\n\r\n") < 0; c = in.read()) {
      text.append((char) c);
    }
    return text.toString();
  }
}
