package io.comfygateway.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.TestGateway.Answer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Files that jobs bring along, in each of the ways in, and what ComfyUI gets of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FileInputsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] PAGE = "<html><script>alert(1)</script>".getBytes(UTF_8);
  private static final String POINTER = "/inputs/image";

  private final Vertx vertx = Vertx.vertx();
  private Comfy comfy;
  private TestGateway gateway;
  private final Set<String> fetched = ConcurrentHashMap.newKeySet();
  private HttpServer web;
  private byte[] picture;
  private Path data;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    data = folder;
    try (InputStream in = FileInputsTest.class.getResourceAsStream("/images/rgb-37x23.png")) {
      picture = in.readAllBytes();
    }
    web =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    counted(request)
                        .response()
                        .putHeader("Content-Type", "image/png")
                        .end(
                            io.vertx.core.buffer.Buffer.buffer(
                                request.path().startsWith("/page")
                                    ? PAGE
                                    : request.path().startsWith("/large")
                                        ? new byte[20_001]
                                        : picture)))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    comfy = Comfy.start();
    Path workflows = Files.createDirectories(data.resolve("workflows"));
    for (String file : new String[] {"img2img.json", "img2img.yaml"}) {
      Files.copy(Path.of("workflows", file), workflows.resolve(file));
    }
    Files.writeString(workflows.resolve("unnamed.json"), graph("a.png").toString());
    gateway =
        TestGateway.start(
                data,
                comfy.url(),
                Map.of(
                    "gateway.workflows-dir", workflows.toString(),
                    "gateway.input.max-bytes", "20000",
                    "gateway.input.max-pixels", "1000",
                    "gateway.input.max-files", "1"))
            .ready();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
    vertx.close();
  }

  @Test
  void a_page_that_is_called_a_picture_is_refused_with_its_field() throws Exception {
    String base64 = Base64.getEncoder().encodeToString(PAGE);

    for (Answer answer :
        new Answer[] {
          json(base64),
          json("data:image/png;base64," + base64),
          form("photo.png", "image/png", PAGE)
        }) {
      refused(answer, "an HTML page by its bytes");
    }
    assertThat(waitingFiles()).isZero();
  }

  @Test
  void a_picture_with_too_many_pixels_is_refused_before_anything_is_unpacked() {
    byte[] bomb = picture.clone();
    bomb[17] = 1;
    bomb[21] = 1;

    refused(form("bomb.png", "image/png", bomb), "65573 x 65559 pixels, and at most 1000");
  }

  @Test
  void more_files_than_a_job_may_have_are_refused() {
    ObjectNode body = JSON.createObjectNode();
    ObjectNode prompt = body.putObject("prompt");
    ObjectNode inputs = body.putObject("inputs");
    String data = "data:image/png;base64," + Base64.getEncoder().encodeToString(picture);
    for (String id : new String[] {"1", "2"}) {
      prompt.putObject(id).put("class_type", "LoadImage").putObject("inputs").put("image", "a.png");
      inputs.put(id + ".image", data);
    }
    prompt
        .putObject("3")
        .put("class_type", "PreviewImage")
        .putObject("inputs")
        .putArray("images")
        .add("1")
        .add(0);

    Answer answer = gateway.post("/webhook", body.toString());

    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.text()).contains("has 2 input files; at most 1");
  }

  @Test
  void a_file_part_reaches_a_graph_and_a_workflow_without_names() {
    FormBody raw =
        new FormBody()
            .field("prompt", graph("a.png").toString())
            .file("1.image", "p.png", "image/png", picture);
    FormBody unnamed = new FormBody().file("Photo.image", "q.png", "image/png", picture);

    Answer first = sendTo("/webhook", raw);
    Answer second = sendTo("/webhook/unnamed", unnamed);

    gateway.await(first.id(), "succeeded");
    gateway.await(second.id(), "succeeded");
    assertThat(loaded(first.id())).isEqualTo("gateway/" + first.id() + "/p.png");
    assertThat(loaded(second.id())).isEqualTo("gateway/" + second.id() + "/q.png");
  }

  @Test
  void a_file_part_for_an_input_that_takes_none_is_refused() {
    Answer answer =
        sendTo(
            "/webhook",
            new FormBody()
                .field("prompt", graph("a.png").toString())
                .file("2.filename_prefix", "p.png", "image/png", picture));

    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.json().at("/errors/0/pointer").asText())
        .isEqualTo("/inputs/2.filename_prefix");
    assertThat(answer.text()).contains("inputs that take one: 1.image");
  }

  @Test
  void a_file_in_the_graph_itself_is_uploaded_and_judged_like_any_other() {
    String base64 = Base64.getEncoder().encodeToString(picture);

    for (String image : new String[] {base64, "data:image/png;base64," + base64}) {
      Answer answer = gateway.post("/webhook", prompt(image));
      gateway.await(answer.id(), "succeeded");
      assertThat(loaded(answer.id())).isEqualTo("gateway/" + answer.id() + "/1-image.png");
    }
    Answer page =
        gateway.post(
            "/webhook",
            prompt("data:image/png;base64," + Base64.getEncoder().encodeToString(PAGE)));
    assertThat(page.status()).as(page.text()).isEqualTo(422);
    assertThat(page.json().at("/errors/0/pointer").asText()).isEqualTo("/prompt/1/inputs/image");
  }

  private static ObjectNode graph(String image) {
    ObjectNode graph = JSON.createObjectNode();
    ObjectNode load = graph.putObject("1").put("class_type", "LoadImage");
    load.putObject("inputs").put("image", image);
    load.putObject("_meta").put("title", "Photo");
    ObjectNode save = graph.putObject("2").put("class_type", "SaveImage");
    save.putObject("inputs").put("filename_prefix", "x").putArray("images").add("1").add(0);
    return graph;
  }

  private static String prompt(String image) {
    return JSON.createObjectNode().set("prompt", graph(image)).toString();
  }

  @Test
  void a_small_file_that_would_cost_much_is_refused_and_not_kept() throws Exception {
    long before = waitingFiles();
    byte[] gif =
        HexFormat.of()
            .parseHex("4749463839610100010000000" + "02C00000000C832C832000202440100" + "3B");

    refused(form("a.gif", "image/gif", gif), "has 13000 x 13000 pixels");
    refused(form("a.png", "image/png", " ".repeat(15_000).getBytes(UTF_8)), "of no known kind");
    refused(
        form("a.png", "image/png", "<!---->".repeat(2_000).getBytes(UTF_8)), "of no known kind");
    assertThat(waitingFiles()).isEqualTo(before);
  }

  @Test
  void two_parts_of_one_name_are_refused() {
    FormBody form =
        new FormBody()
            .field("prompt", "a")
            .file("image", "a.png", "image/png", picture)
            .file("image", "b.png", "image/png", PAGE);

    refused(send(form), "several parts");
  }

  @Test
  void a_file_gets_a_folder_of_its_own_and_a_name_that_nothing_can_be_done_with() {
    Map<String, String> idsByName = new LinkedHashMap<>();
    for (String name :
        new String[] {
          "../../../../etc/passwd",
          "..\\\\..\\\\boot.ini",
          "/abs/x.png",
          "con.png",
          "a\u202Egnp.exe",
          "x [output].png",
          "%2e%2e%2f%00.html",
          "y".repeat(600) + ".html"
        }) {
      Answer answer = form(name, "text/html", picture);
      assertThat(answer.status()).as(name + answer.text()).isEqualTo(202);
      idsByName.put(name, answer.id());
    }

    idsByName.forEach(
        (name, id) -> {
          gateway.await(id, "succeeded");
          assertThat(loaded(id))
              .as(name)
              .matches("gateway/" + id + "/[A-Za-z0-9_()][A-Za-z0-9._()-]{0,149}\\.png");
        });
  }

  @Test
  void what_a_URL_leads_to_must_fit_as_well() {
    String server = "http://127.0.0.1:" + web.actualPort();

    JsonNode page = gateway.await(json(server + "/page.png").id(), "failed");
    JsonNode large = gateway.await(json(server + "/large.png").id(), "failed");
    JsonNode good = gateway.await(json(server + "/picture.html").id(), "succeeded");

    assertThat(page.path("error").path("type").asText()).isEqualTo("input_error");
    assertThat(page.path("error").path("detail").asText())
        .startsWith("The file for node 10 ")
        .contains("an HTML page by its bytes");
    assertThat(large.path("error").path("detail").asText()).contains("larger than 20000 bytes");
    assertThat(comfy.submissions(page.path("id").asText())).isZero();
    assertThat(loaded(good.path("id").asText())).endsWith("/picture.html.png");
  }

  private HttpServerRequest counted(HttpServerRequest request) {
    fetched.add(request.path());
    return request;
  }

  @Test
  void a_file_that_is_fetched_while_the_gateways_own_folder_is_away_is_fetched_again()
      throws Exception {
    Path inputs = data.resolve("inputs");
    Path aside = data.resolve("inputs-aside");
    Files.createDirectories(inputs);
    Files.move(inputs, aside);
    Files.createFile(inputs);

    String id = json("http://127.0.0.1:" + web.actualPort() + "/later.png").id();
    Awaitility.await().until(() -> fetched.contains("/later.png"));
    Files.delete(inputs);
    Files.move(aside, inputs);

    gateway.await(id, "succeeded");
  }

  private String loaded(String id) {
    return comfy.get("/history/" + id).path(id).path("prompt").path(2).findValues("image").stream()
        .filter(JsonNode::isTextual)
        .findFirst()
        .map(JsonNode::asText)
        .orElse("");
  }

  private long waitingFiles() throws Exception {
    Path inputs = data.resolve("inputs");
    if (!Files.isDirectory(inputs)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(inputs)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private static void refused(Answer answer, String why) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.json().path("type").asText()).isEqualTo("/problems/invalid-input");
    assertThat(answer.json().path("errors").path(0).path("pointer").asText()).isEqualTo(POINTER);
    assertThat(answer.json().path("detail").asText()).contains(why);
  }

  private Answer json(String image) {
    return gateway.post(
        "/webhook/img2img", "{\"inputs\":{\"prompt\":\"a\",\"image\":\"" + image + "\"}}");
  }

  private Answer form(String filename, String type, byte[] bytes) {
    return send(new FormBody().field("prompt", "a").file("image", filename, type, bytes));
  }

  private Answer send(FormBody form) {
    return sendTo("/webhook/img2img", form);
  }

  private Answer sendTo(String path, FormBody form) {
    return gateway.send(
        gateway
            .request(path, TestGateway.KEY)
            .header("Content-Type", form.contentType())
            .POST(BodyPublishers.ofByteArray(form.bytes())));
  }
}
