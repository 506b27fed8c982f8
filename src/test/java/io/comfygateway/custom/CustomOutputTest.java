package io.comfygateway.custom;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.comfygateway.TestJson;
import io.comfygateway.output.IncompleteOutputException;
import io.comfygateway.output.OutputFile;
import io.comfygateway.output.OutputKind;
import io.comfygateway.output.OutputRefusedException;
import io.comfygateway.problem.Warning;
import io.comfygateway.retry.StatusList;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code direct:custom-output} may make of a file. */
class CustomOutputTest {
  private static final byte[] PNG =
      HexFormat.of().parseHex("89504e470d0a1a0a0000000d494844520000004000000020080200000000000000");
  private static final byte[] WEBP =
      "RIFF\u0010\0\0\0WEBPVP8 ".getBytes(StandardCharsets.ISO_8859_1);
  private static final String NAME = "custom-output";

  @TempDir Path folder;
  private final CustomFixture fixture = new CustomFixture();
  private final UnloadedFiles unloaded = new UnloadedFiles();
  private final List<Warning> leftOut = new ArrayList<>();
  private final Exchange exchange = new DefaultExchange(fixture.camel);

  @AfterEach
  void stop() {
    fixture.camel.stop();
  }

  private void pass(byte[] bytes) throws Exception {
    pass(bytes, (long) bytes.length, Duration.ofSeconds(30));
  }

  private void pass(byte[] bytes, Long length, Duration longest) throws Exception {
    OutputFile file = new OutputFile(2, "9", OutputKind.IMAGE, "a.png", "", "output");
    exchange.setProperty("file", file);
    exchange.getMessage().setBody(new ByteArrayInputStream(bytes));
    new CustomOutput(
            new TimeLimitedRoute(fixture.camel, longest),
            unloaded,
            folder,
            TestJson.MAPPER,
            StatusList.parse("429,502-504")::contains)
        .pass(
            exchange,
            fixture.job,
            file,
            leftOut,
            200,
            "image/png",
            length,
            exchange.getMessage().getBody(InputStream.class));
  }

  private void replaceBy(Object body) throws Exception {
    fixture.camel.getRegistry().bind("made", (Processor) it -> it.getMessage().setBody(body));
    fixture.route(NAME, "- process: {ref: made}");
  }

  private byte[] toBeStored() throws IOException {
    try (InputStream body = exchange.getMessage().getBody(InputStream.class)) {
      byte[] bytes = body.readAllBytes();
      assertThat(body.read(new byte[1])).as("read again at the end").isEqualTo(-1);
      return bytes;
    }
  }

  private void nothingIsLeft() throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).isEmpty();
      }
    }
  }

  @Test
  void without_a_route_the_answer_is_not_touched() throws Exception {
    pass(PNG);

    assertThat(exchange.getMessage().getBody()).isInstanceOf(ByteArrayInputStream.class);
    assertThat(toBeStored()).isEqualTo(PNG);
    nothingIsLeft();
  }

  @Test
  void a_route_sees_the_file_as_often_as_it_likes_and_what_is_known_of_it() throws Exception {
    AtomicReference<Exchange> seen = new AtomicReference<>();
    List<byte[]> read = new ArrayList<>();
    fixture
        .camel
        .getRegistry()
        .bind(
            "look",
            (Processor)
                it -> {
                  seen.set(it);
                  read.add(it.getMessage().getBody(byte[].class));
                  read.add(it.getMessage().getBody(byte[].class));
                });
    fixture.route(NAME, "- process: {ref: look}");

    pass(PNG);

    assertThat(read).containsExactly(PNG, PNG);
    assertThat(TestJson.parse(seen.get().getProperty("output", JsonNode.class).toString()))
        .isEqualTo(
            CustomFixture.json(
                "{'index': 2, 'node': '9', 'kind': 'image', 'filename': 'a.png',"
                    + " 'content_type': 'image/png', 'bytes': 33,"
                    + " 'sha256': '"
                    + sha256(PNG)
                    + "', 'width': 64, 'height': 32}"));
    assertThat(seen.get().getProperty("caller", JsonNode.class).path("name").asText())
        .isEqualTo("alice");
    assertThat(seen.get().getProperty("workflow")).isEqualTo("txt2img@1");
    assertThat(seen.get().getProperty("metadata", JsonNode.class).path("order").asInt())
        .isEqualTo(7);
    assertThat(seen.get().getProperty("jobId")).isEqualTo(fixture.job.id());
    assertThat(toBeStored()).isEqualTo(PNG);
    nothingIsLeft();
  }

  @Test
  void the_page_names_the_properties_and_the_fields_of_a_file_that_there_are() throws Exception {
    AtomicReference<Set<String>> properties = new AtomicReference<>();
    Set<String> fields = new TreeSet<>();
    fixture
        .camel
        .getRegistry()
        .bind(
            "look",
            (Processor)
                it -> {
                  properties.set(CustomRoutesPage.propertiesOf(it));
                  it.getProperty("output", JsonNode.class)
                      .fieldNames()
                      .forEachRemaining(fields::add);
                });
    fixture.route(NAME, "- process: {ref: look}");

    pass(PNG);

    assertThat(CustomRoutesPage.properties(NAME)).isEqualTo(properties.get());
    assertThat(CustomRoutesPage.fieldsOfOutput()).isEqualTo(fields);
    assertThat(CustomRoutesPage.changed(NAME)).containsExactlyInAnyOrder("filename", "output");
  }

  @Test
  void a_changed_file_is_stored_under_the_name_that_the_route_gives_it() throws Exception {
    fixture.camel.getRegistry().bind("made", (Processor) it -> it.getMessage().setBody(WEBP));
    fixture.route(
        NAME,
        """
        - process: {ref: made}
        - setProperty:
            name: output
            jq: {expression: '.filename = "b.webp"', source: property:output}
        """);

    pass(PNG);

    OutputFile file = exchange.getProperty("file", OutputFile.class);
    assertThat(file.filename()).isEqualTo("b.webp");
    assertThat(file.node()).isEqualTo("9");
    assertThat(exchange.getMessage().getHeader("Content-Length")).isEqualTo((long) WEBP.length);
    assertThat(toBeStored()).isEqualTo(WEBP);
    nothingIsLeft();
  }

  @Test
  void a_file_that_is_never_read_is_deleted_with_its_exchange() throws Exception {
    replaceBy(WEBP);
    pass(PNG);
    exchange.getExchangeExtension().handoverCompletions().forEach(it -> it.onComplete(exchange));

    nothingIsLeft();
  }

  @Test
  void a_file_that_is_held_back_is_a_warning_and_nothing_to_store() throws Exception {
    fixture.route(NAME, "- setHeader: {name: GatewayHoldBack, constant: shows a person}");

    pass(PNG);

    assertThat(exchange.getProperty("heldBack")).isEqualTo(true);
    assertThat(leftOut).containsExactly(Warning.ofNode("output_held_back", "9", "shows a person"));
    nothingIsLeft();
  }

  @Test
  void a_file_that_is_refused_says_why() throws Exception {
    fixture.route(
        NAME,
        """
        - setBody: {constant: "No faces."}
        - setHeader: {name: GatewayProblem, constant: "422"}
        """);

    assertThatThrownBy(() -> pass(PNG))
        .isInstanceOfSatisfying(
            OutputRefusedException.class, it -> assertThat(it.node()).isEqualTo("9"))
        .hasMessage("No faces.");
    nothingIsLeft();
  }

  @Test
  void a_refusal_with_a_wrong_status_is_a_fault_of_the_route() throws Exception {
    fixture.route(NAME, "- setHeader: {name: GatewayProblem, constant: '200'}");

    assertThatThrownBy(() -> pass(PNG))
        .isInstanceOf(CustomStepException.class)
        .hasMessageContaining("200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"error\": \"quota\"}", "", "<html><body>Log in</body></html>"})
  void what_is_no_picture_any_more_is_a_fault_of_the_route(String text) throws Exception {
    replaceBy(text);

    CustomStepException fault = catchThrowableOfType(CustomStepException.class, () -> pass(PNG));

    assertThat(fault).hasMessageContaining(NAME).hasMessageContaining("a.png");
    assertThat(fault.isPassing()).isFalse();
    nothingIsLeft();
  }

  @Test
  void an_empty_body_is_a_fault_that_names_the_header() throws Exception {
    replaceBy(null);

    assertThatThrownBy(() -> pass(PNG))
        .isInstanceOf(CustomStepException.class)
        .hasMessageContaining("GatewayHoldBack");
    nothingIsLeft();
  }

  @Test
  void a_service_that_is_away_is_a_failure_that_passes() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    fixture.route(NAME, "- to: 'http://127.0.0.1:%d/'".formatted(free));

    CustomStepException fault = catchThrowableOfType(CustomStepException.class, () -> pass(PNG));

    assertThat(fault.isPassing()).isTrue();
    nothingIsLeft();
  }

  @ParameterizedTest
  @CsvSource({"503, true", "429, true", "400, false", "500, false"})
  void the_status_of_a_service_says_whether_its_failure_passes(int status, boolean isPassing)
      throws Exception {
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/",
        request -> {
          request.sendResponseHeaders(status, -1);
          request.close();
        });
    service.start();
    try {
      fixture.route(NAME, "- to: 'http://127.0.0.1:%d/'".formatted(service.getAddress().getPort()));

      CustomStepException fault = catchThrowableOfType(CustomStepException.class, () -> pass(PNG));

      assertThat(fault.isPassing()).isEqualTo(isPassing);
    } finally {
      service.stop(0);
    }
  }

  @Test
  void a_route_that_takes_too_long_fails_the_try_and_what_it_makes_later_is_deleted()
      throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    fixture
        .camel
        .getRegistry()
        .bind(
            "wait",
            (Processor)
                it -> {
                  try {
                    late.await();
                  } catch (InterruptedException interrupted) {
                    done.countDown();
                    it.getMessage().setBody(WEBP);
                  }
                });
    fixture.route(NAME, "- process: {ref: wait}");

    CustomStepException fault =
        catchThrowableOfType(
            CustomStepException.class, () -> pass(PNG, null, Duration.ofMillis(50)));

    assertThat(fault).hasMessageContaining("GATEWAY_CUSTOM_MAX_SECONDS");
    assertThat(fault.isPassing()).isTrue();
    done.await();
    Awaitility.await().untilAsserted(this::nothingIsLeft);
  }

  @Test
  void an_answer_that_breaks_off_is_not_passed_to_the_route() throws Exception {
    replaceBy(WEBP);

    assertThatThrownBy(() -> pass(PNG, PNG.length + 1L, Duration.ofSeconds(30)))
        .isInstanceOf(IncompleteOutputException.class);
    nothingIsLeft();
  }

  @Test
  void no_file_is_stored_while_the_file_of_a_step_cannot_be_loaded() {
    unloaded.from(() -> List.of("custom/moderation.camel.yaml"));

    CustomStepException fault = catchThrowableOfType(CustomStepException.class, () -> pass(PNG));

    assertThat(fault).hasMessageContaining("routes/custom/moderation.camel.yaml");
    assertThat(fault.isPassing()).isTrue();
  }
}
