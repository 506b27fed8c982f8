package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.comfygateway.TestJson;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipes of examples/routes, each in a gateway that runs, with a service on loopback. */
class RecipesTest {
  private static final Path RECIPES = Path.of("examples/routes");
  private static final byte[] WEBP =
      "RIFF\u0010\0\0\0WEBPVP8 ".getBytes(StandardCharsets.ISO_8859_1);

  @TempDir private static Path place;
  private static final Map<String, byte[]> ANSWERS = new ConcurrentHashMap<>();
  private static final Queue<String> CALLS = new ConcurrentLinkedQueue<>();
  private static final Map<String, Headers> HEADERS = new ConcurrentHashMap<>();
  private static final Queue<String> LENGTHS = new ConcurrentLinkedQueue<>();
  private static ComfySimulator comfy;
  private static HttpServer service;
  private static LiveGateway gateway;

  @BeforeAll
  static void start() throws IOException {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/",
        call -> {
          String path = call.getRequestURI().getPath();
          byte[] body = call.getRequestBody().readAllBytes();
          HEADERS.put(path, call.getRequestHeaders());
          String length = call.getRequestHeaders().getFirst("Content-Length");
          LENGTHS.add(length == null ? "none" : length);
          boolean isFolder = call.getRequestMethod().equals("MKCOL");
          CALLS.add(
              (isFolder ? "MKCOL " : "")
                  + path
                  + " "
                  + new String(body, StandardCharsets.ISO_8859_1));
          byte[] answer = ANSWERS.getOrDefault(path, new byte[] {'{', '}'});
          call.sendResponseHeaders(200, answer.length);
          call.getResponseBody().write(answer);
          call.close();
        });
    service.start();
    Path destinations = place.resolve("destinations.yaml");
    Files.writeString(destinations, "destinations: {}\n");
    Files.writeString(place.resolve("dropbox"), "a/b\n");
    comfy = ComfySimulator.start(SimulatorOptions.defaults());
    gateway =
        LiveGateway.start(
            place,
            comfy.url().toString(),
            Map.of(
                "gateway.destinations.file",
                destinations.toString(),
                "gateway.callback.delays",
                "0s,200ms,200ms,200ms,200ms,1h"));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    comfy.close();
    service.stop(0);
  }

  @AfterEach
  void takeAway() {
    gateway.restore();
    CALLS.clear();
    LENGTHS.clear();
  }

  private static String url() {
    return "http://127.0.0.1:" + service.getAddress().getPort();
  }

  private static void install(String recipe, String file, String route, UnaryOperator<String> edit)
      throws IOException {
    String text = Files.readString(RECIPES.resolve(recipe).resolve(file));
    gateway.write(
        (text.contains("uri: direct:sink-") ? "sinks/" : "custom/") + file,
        edit.apply(
            text.replaceAll(
                "https?:(localhost:[0-9]+|[a-z]+\\.dropboxapi\\.com)",
                "http:127.0.0.1:" + service.getAddress().getPort())));
    await().until(() -> gateway.server().context().getRoute(route) != null);
    assertThat(gateway.server().routeFaults()).isEmpty();
  }

  // The recipe's own file, for this machine.
  private static void destinations(String recipe, UnaryOperator<String> edit) throws IOException {
    String text = Files.readString(RECIPES.resolve(recipe).resolve("destinations.yaml"));
    Files.writeString(
        place.resolve("destinations.yaml"), edit.apply(text.replaceAll("(?s)\ndefault:.*", "\n")));
  }

  /** A job that is delivered to some destinations, when all of them have it. */
  private static JsonNode delivered(String... names) {
    String deliver = "[\"" + String.join("\", \"", names) + "\"]";
    String body = "{\"inputs\": {\"prompt\": \"a cat\"}, \"deliver\": " + deliver + "}";
    String id = submitted(body);
    return await()
        .until(
            () -> LiveGateway.json(gateway.get("/jobs/" + id)),
            job ->
                job.path("deliveries").size() == names.length
                    && job.path("deliveries").findValuesAsText("status").stream()
                        .allMatch("delivered"::equals));
  }

  // A job of a workflow and destinations that the gateway may not have read yet.
  private static String submitted(String body) {
    return await()
        .until(
            () -> LiveGateway.json(gateway.post("/webhook/txt2img", body)),
            answer -> answer.has("id"))
        .path("id")
        .asText();
  }

  private static void answer(String path, String json) {
    ANSWERS.put(path, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode ended(String prompt) {
    String body = "{\"inputs\": {\"prompt\": \"%s\"}}".formatted(prompt);
    JsonNode accepted = LiveGateway.json(gateway.post("/webhook/txt2img", body));
    String id = accepted.path("id").asText();
    return await()
        .until(() -> LiveGateway.json(gateway.get("/jobs/" + id)), job -> job.has("finished_at"));
  }

  private static String comfyHistory(String id) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(comfy.url().resolve("/history/" + id)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void each_prompt_is_translated_and_gets_a_style() throws Exception {
    ANSWERS.put(
        "/translate",
        "{\"translatedText\": \"a \\\"red\\\" cat\"}".getBytes(StandardCharsets.UTF_8));
    install("style-and-translation", "style.camel.yaml", "style-and-translation", it -> it);

    JsonNode job = ended("eine rote Katze");

    assertThat(job.path("status").asText()).isEqualTo("succeeded");
    assertThat(TestJson.parse(CALLS.element().substring("/translate ".length())).path("q").asText())
        .isEqualTo("eine rote Katze");
    assertThat(LENGTHS).isNotEmpty().doesNotContain("none");
    String id = job.path("id").asText();
    assertThat(comfyHistory(id)).contains("a \\\"red\\\" cat, studio light, 85 mm");
  }

  @Test
  void a_prompt_that_the_service_flags_is_refused() throws Exception {
    answer("/check", "{'flagged': true}");
    install("moderate-prompts", "moderate-prompts.camel.yaml", "moderate-prompts", it -> it);

    var refused = gateway.post("/webhook/txt2img", "{\"inputs\": {\"prompt\": \"x\"}}");

    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(TestJson.parse(CALLS.element().substring("/check ".length())).at("/inputs/prompt"))
        .hasToString("\"x\"");
    assertThat(LENGTHS).isNotEmpty().doesNotContain("none");
    assertThat(LiveGateway.json(refused).path("detail").asText())
        .isEqualTo("This prompt is not allowed here.");
    answer("/check", "{'flagged': false}");
    assertThat(ended("x").path("status").asText()).isEqualTo("succeeded");
  }

  @Test
  void a_picture_that_the_service_flags_is_held_back() throws Exception {
    answer("/check", "{'flagged': true, 'reason': 'shows a person'}");
    install("moderate-pictures", "moderate-pictures.camel.yaml", "moderate-pictures", it -> it);

    JsonNode job = ended("a cat");

    assertThat(job.path("outputs")).isEmpty();
    assertThat(job.at("/warnings/0/code").asText()).isEqualTo("output_held_back");
    assertThat(job.at("/warnings/0/detail").asText()).isEqualTo("shows a person");
    assertThat(CALLS.element()).startsWith("/check \u0089PNG");
    answer("/check", "{'flagged': false}");
    assertThat(ended("a cat").path("outputs")).hasSize(1);
  }

  @Test
  void what_the_image_service_returns_is_stored() throws Exception {
    ANSWERS.put("/watermarkimage", WEBP);
    install("watermark", "watermark.camel.yaml", "watermark", it -> it);

    JsonNode output = ended("a cat").at("/outputs/0");

    assertThat(output.path("content_type").asText()).isEqualTo("image/webp");
    assertThat(output.path("bytes").asInt()).isEqualTo(WEBP.length);
    assertThat(output.path("sha256").asText())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(WEBP)));
    assertThat(CALLS.element()).startsWith("/watermarkimage \u0089PNG");
  }

  @Test
  void a_failed_job_is_a_message_in_slack() throws Exception {
    answer("/slack", "{}");
    install("slack-on-failure", "slack.camel.yaml", "sink-slack", it -> it);
    destinations("slack-on-failure", text -> text.replace("${SLACK_URL}", url() + "/slack"));
    gateway.write(
        "custom/fail.camel.yaml",
        """
        - route:
            id: fail
            from:
              uri: direct:custom-output
              steps:
                - setBody: {constant: No cats.}
                - setHeader: {name: GatewayProblem, constant: "422"}
        """);
    await().until(() -> gateway.server().context().getRoute("fail") != null);
    String body = "{\"inputs\": {\"prompt\": \"x\"}, \"deliver\": [\"slack\"]}";
    String id = submitted(body);

    String call = await().until(CALLS::peek, it -> it != null);

    assertThat(TestJson.parse(call.substring("/slack ".length())).path("text").asText())
        .isEqualTo("Job " + id + " failed: No cats.");
  }

  @Test
  void a_thumbnail_is_beside_each_picture() throws Exception {
    Path pictures = Files.createDirectories(place.resolve("pictures"));
    ANSWERS.put("/thumbnail", WEBP);
    shippedSink("file");
    install("thumbnails", "thumbnail.camel.yaml", "sink-thumbnail", it -> it);
    destinations("thumbnails", text -> text.replace("/mnt/pictures", pictures.toString()));

    JsonNode job = delivered("pictures", "thumbnails");

    String id = job.path("id").asText();
    assertThat(pictures.resolve(id + "-0-256.webp")).hasBinaryContent(WEBP);
    assertThat(pictures.resolve(id + "-0.png")).isNotEmptyFile();
    assertThat(job.at("/outputs/0/copies").findValuesAsText("location"))
        .containsExactlyInAnyOrder(id + "-0.png", id + "-0-256.webp");
    assertThat(CALLS.element()).startsWith("/thumbnail \u0089PNG");
    assertThat(HEADERS.get("/thumbnail").keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("gateway"));
  }

  @Test
  void each_output_is_put_into_a_folder_of_a_webdav_server_that_is_made() throws Exception {
    shippedSink("http");
    destinations(
        "webdav",
        text ->
            text.replace("https://dav.example.org", url())
                .replace("${DAV_PASSWORD}", "{file: dropbox}"));

    JsonNode job = delivered("pictures");

    assertThat(CALLS.poll()).matches("MKCOL /pictures/[0-9-]{10}/ ");
    String put = String.valueOf(CALLS.poll());
    assertThat(put)
        .matches("(?s)/pictures/[0-9-]{10}/" + job.path("id").asText() + "-0-[^/ ]+ \u0089PNG.*");
    assertThat(HEADERS.get(put.split(" ", 2)[0]).getFirst("Authorization")).startsWith("Basic ");
    assertThat(LENGTHS).contains(job.at("/outputs/0/bytes").asText());
  }

  private static void shippedSink(String name) throws IOException {
    String file = "sinks/" + name + ".camel.yaml";
    gateway.write(file, Files.readString(Path.of("routes").resolve(file)));
    await().until(() -> gateway.server().context().getRoute("sink-" + name) != null);
  }

  @Test
  void each_output_is_uploaded_to_dropbox_with_a_token_of_its_own() throws Exception {
    answer("/oauth2/token", "{'access_token': 'sl.x', 'expires_in': 14400}");
    answer("/2/files/upload", "{'name': 'x'}");
    install("dropbox", "dropbox.camel.yaml", "sink-dropbox", it -> it);
    destinations("dropbox", text -> text.replaceAll("\\$\\{DROPBOX_[A-Z_]+}", "{file: dropbox}"));

    JsonNode job = delivered("dropbox");

    assertThat(CALLS.poll())
        .isEqualTo(
            "/oauth2/token grant_type=refresh_token&refresh_token=a%2Fb&client_id=a%2Fb&client_secret=a%2Fb");
    assertThat(CALLS.poll()).startsWith("/2/files/upload \u0089PNG");
    Headers sent = HEADERS.get("/2/files/upload");
    assertThat(sent.getFirst("Authorization")).isEqualTo("Bearer sl.x");
    assertThat(sent.getFirst("Content-Type")).isEqualTo("application/octet-stream");
    JsonNode argument = TestJson.parse(sent.getFirst("Dropbox-API-Arg"));
    assertThat(argument.path("mode").asText()).isEqualTo("overwrite");
    assertThat(argument.path("path").asText())
        .matches("/comfyui/[0-9-]{10}/" + job.path("id").asText() + "-0\\.png");
    assertThat(LENGTHS).doesNotContain("none");
    assertThat(job.at("/outputs/0/copies/0/location").asText())
        .isEqualTo("dropbox:" + argument.path("path").asText());
  }

  @Test
  void the_events_of_a_job_are_messages_of_kafka_in_order_and_again_after_a_failure()
      throws Exception {
    AtomicBoolean isAway = new AtomicBoolean(true);
    Queue<ProducerRecord<String, String>> sent = new ConcurrentLinkedQueue<>();
    bindKafka(isAway, sent);
    install(
        "kafka-events",
        "kafka.camel.yaml",
        "sink-kafka",
        text ->
            text.replace(
                "brokers: \"{{env:KAFKA_BROKERS}}\"",
                "brokers: 127.0.0.1:1\n              kafkaClientFactory: \"#kafkaClients\""));
    destinations("kafka-events", it -> it);
    String body = "{\"inputs\": {\"prompt\": \"a cat\"}, \"deliver\": [\"events\"]}";
    String id = submitted(body);
    await()
        .until(
            () ->
                LiveGateway.json(gateway.get("/jobs/" + id)).findValuesAsText("last_error").stream()
                    .anyMatch(reason -> !reason.isEmpty()));
    isAway.set(false);

    await().until(() -> sent.size() == 3);

    assertThat(sent)
        .allSatisfy(
            message -> {
              assertThat(message.topic()).isEqualTo("comfyui-jobs");
              assertThat(message.key()).isEqualTo(id);
              assertThat(TestJson.parse(message.value()).path("id").asText()).isEqualTo(id);
              assertThat(message.headers().lastHeader("event-id")).isNotNull();
            });
    assertThat(sent)
        .extracting(message -> text(message.headers().lastHeader("event").value()))
        .containsExactly("job.queued", "job.running", "job.succeeded");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  // Kafka's own producer for tests, which needs no brokers.
  private static void bindKafka(
      AtomicBoolean isAway, Queue<ProducerRecord<String, String>> acknowledged) {
    gateway
        .server()
        .context()
        .getRegistry()
        .bind(
            "kafkaClients",
            new DefaultKafkaClientFactory() {
              @Override
              public Producer<String, String> getProducer(Properties properties) {
                return new MockProducer<>(
                    true, null, new StringSerializer(), new StringSerializer()) {
                  @Override
                  public synchronized Future<RecordMetadata> send(
                      ProducerRecord<String, String> message, Callback callback) {
                    if (isAway.get()) {
                      throw new TimeoutException("no broker");
                    }
                    acknowledged.add(message);
                    return super.send(message, callback);
                  }
                };
              }
            });
  }

  @Test
  void each_line_of_a_csv_file_is_a_job_of_one_batch() throws Exception {
    answer("/batches", "{}");
    Path nightly = Files.createDirectories(place.resolve("nightly"));
    Files.writeString(nightly.resolve("march.csv"), "prompt\r\na \"red\" cat\r\na dog, asleep\n");
    install(
        "nightly-csv",
        "nightly-csv.camel.yaml",
        "nightly-csv",
        text ->
            text.replace("file:nightly", "file:" + nightly)
                .replace("delay: 60000", "delay: 100")
                .replace("'02'", "${date:now:HH}")
                .replace("{{env:NIGHTLY_KEY}}", "k")
                .replace(
                    "http:localhost:{{gateway.port}}",
                    "http:127.0.0.1:" + service.getAddress().getPort()));

    await().until(() -> Files.exists(nightly.resolve(".done/march.csv")));

    JsonNode batch = TestJson.parse(CALLS.element().substring("/batches ".length()));
    assertThat(batch)
        .isEqualTo(
            TestJson.parse(
                "{\"workflow\": \"txt2img\", \"jobs\": [{\"inputs\": {\"prompt\": \"a \\\"red\\\" cat\"}},"
                    + " {\"inputs\": {\"prompt\": \"a dog, asleep\"}}]}"));
  }
}
