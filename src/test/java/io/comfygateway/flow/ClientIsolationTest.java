package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.flow.TestGateway.Answer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A caller does everything that ComfyUI's own API offers with the names and ids of another caller.
 * Each answer must be the one that unknown names and ids get, and the other caller must notice
 * nothing. It is generated from the document of the API: an operation without a row fails it.
 */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientIsolationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TAB = "annstab";
  private static final String UPLOAD = "annsupload";
  private static final String TEXT = "annswords";

  private final List<ClientConnection> open = new ArrayList<>();
  private TestGateway ann;
  private TestGateway bob;
  private Comfy comfy;
  private List<JsonNode> operations;

  /** What a request names: of the other caller, or unknown. */
  private record Names(String prompt, String job, String file, String upload, String tab) {
    static Names unknown() {
      return new Names(
          UUID.randomUUID().toString(),
          UUID.randomUUID().toString(),
          "nobodys_00001_.png",
          "nobodys",
          "nobodystab");
    }

    /** A text that names these as one that names others. */
    String asIf(Names others, String text) {
      return text.replace(prompt, others.prompt)
          .replace(job, others.job)
          .replace(file, others.file)
          .replace(upload, others.upload)
          .replace(tab, others.tab);
    }
  }

  /** A request; {@code body} is empty for a GET. */
  private record Row(String path, BodyPublisher body, String contentType) {
    static Row get(String path) {
      return new Row(path, BodyPublishers.noBody(), "");
    }

    static Row post(String path, String body) {
      return new Row(path, BodyPublishers.ofString(body), "application/json");
    }
  }

  @BeforeAll
  void start(TestGateway shared, Comfy server) throws IOException {
    ann = shared;
    comfy = server;
    Answer created =
        shared.postWith(
            "/keys",
            TestGateway.ADMIN_KEY,
            "{\"name\": \"bob-%s\", \"scopes\": [\"run\", \"raw\"]}".formatted(UUID.randomUUID()));
    bob = shared.as(created.json().path("secret").asText());
    operations = new ArrayList<>();
    JsonNode document = shared.get("/openapi.json").json();
    for (JsonNode path : document.path("paths")) {
      for (JsonNode operation : path) {
        if (operation.at("/tags/0").asText().equals("ComfyUI")) {
          operations.add(operation);
        }
      }
    }
    assertThat(operations).hasSizeGreaterThan(20);
  }

  @BeforeEach
  void hold() {
    comfy.hold();
  }

  @AfterAll
  void disconnect() {
    open.forEach(ClientConnection::close);
  }

  private ClientConnection connect(TestGateway caller) {
    ClientConnection connection =
        ClientConnection.open(
            "http://127.0.0.1:" + caller.server().port(),
            "/ws?clientId=" + TAB,
            "Authorization",
            "Bearer " + caller.key());
    open.add(connection);
    return connection;
  }

  private static String graph(String text) {
    return """
    {"1": {"class_type": "LoadImage", "inputs": {"image": "%s.png"}},
     "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "%s"}}}
    """
        .formatted(UPLOAD, text);
  }

  private static String submit(TestGateway caller, String graph) {
    Answer answer =
        caller.post(
            "/prompt",
            "{\"prompt\": %s, \"client_id\": \"%s\", \"extra_data\": {\"note\": \"%s\"}}"
                .formatted(graph, TAB, TEXT));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().path("prompt_id").asText();
  }

  private static byte[] picture() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_ARGB), "png", out);
    return out.toByteArray();
  }

  private static Row form(String path, String filename, String... fields) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      body.writeBytes(
          "--xyz\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
              .formatted(fields[i], fields[i + 1])
              .getBytes(StandardCharsets.UTF_8));
    }
    body.writeBytes(
        "--xyz\r\nContent-Disposition: form-data; name=\"image\"; filename=\"%s\"\r\n\r\n"
            .formatted(filename)
            .getBytes(StandardCharsets.UTF_8));
    body.writeBytes(picture());
    body.writeBytes("\r\n--xyz--\r\n".getBytes(StandardCharsets.UTF_8));
    return new Row(
        path, BodyPublishers.ofByteArray(body.toByteArray()), "multipart/form-data; boundary=xyz");
  }

  private static List<Row> rows(String operation, Names of) throws IOException {
    return switch (operation) {
      case "comfyuiQueueInfo" -> List.of(Row.get("/prompt"));
      case "comfyuiQueue" -> List.of(Row.get("/queue"), Row.get("/api/queue"));
      case "comfyuiHistory" -> List.of(Row.get("/history"), Row.get("/history?max_items=1000"));
      case "comfyuiHistoryOf" ->
          List.of(Row.get("/history/" + of.prompt()), Row.get("/history/" + of.job()));
      case "comfyuiView" ->
          List.of(
              Row.get("/view?filename=%s.png&type=input".formatted(of.upload())),
              Row.get("/view?filename=%s&subfolder=%s".formatted(of.file(), of.job())),
              Row.get("/view?filename=" + of.file()));
      case "comfyuiObjectInfo" -> List.of(Row.get("/object_info"));
      case "comfyuiObjectInfoOf" -> List.of(Row.get("/object_info/LoadImage"));
      case "comfyuiSystemStats" -> List.of(Row.get("/system_stats"));
      case "comfyuiFeatures" -> List.of(Row.get("/features"));
      case "comfyuiEmbeddings" -> List.of(Row.get("/embeddings"));
      case "comfyuiModels" -> List.of(Row.get("/models"));
      case "comfyuiModelsOf" -> List.of(Row.get("/models/checkpoints"));
      case "comfyuiNodeReplacements" -> List.of(Row.get("/node_replacements"));
      case "comfyuiExtensions" -> List.of(Row.get("/extensions"));
      case "comfyuiJobs" -> List.of(Row.get("/api/jobs"), Row.get("/api/jobs?status=in_progress"));
      case "comfyuiJob" ->
          List.of(Row.get("/api/jobs/" + of.prompt()), Row.get("/api/jobs/" + of.job()));
      case "comfyuiCancelJob" ->
          List.of(
              Row.post("/api/jobs/%s/cancel".formatted(of.prompt()), ""),
              Row.post("/api/jobs/%s/cancel".formatted(of.job()), ""));
      case "comfyuiCancelJobs" ->
          List.of(Row.post("/api/jobs/cancel", "{\"job_ids\": [\"%s\"]}".formatted(of.prompt())));
      case "comfyuiChangeQueue" ->
          List.of(
              Row.post("/queue", "{\"delete\": [\"%s\"]}".formatted(of.prompt())),
              Row.post("/queue", "{\"clear\": true, \"client_id\": \"%s\"}".formatted(of.tab())));
      case "comfyuiInterrupt" ->
          List.of(
              Row.post("/interrupt", "{\"prompt_id\": \"%s\"}".formatted(of.prompt())),
              Row.post("/interrupt", "{\"client_id\": \"%s\"}".formatted(of.tab())),
              Row.post("/interrupt", ""));
      case "comfyuiChangeHistory" ->
          List.of(
              Row.post("/history", "{\"delete\": [\"%s\"]}".formatted(of.prompt())),
              Row.post("/history", "{\"clear\": true}"));
      case "comfyuiFree" ->
          List.of(Row.post("/free", "{\"unload_models\": true, \"free_memory\": true}"));
      case "comfyuiUploadMask" ->
          List.of(
              form(
                  "/upload/mask",
                  "mask.png",
                  "original_ref",
                  "{\"filename\": \"%s.png\", \"type\": \"input\"}".formatted(of.upload())));
      case "comfyuiPrompt" ->
          List.of(
              Row.post(
                  "/prompt",
                  "{\"prompt\": %s}".formatted(graph(of.upload()).replace(UPLOAD, of.upload()))));
      // Last: from then on the caller has a file of this name.
      case "comfyuiUploadImage" ->
          List.of(form("/upload/image", of.upload() + ".png", "overwrite", "true"));
      default -> throw new AssertionError("no row for the operation " + operation);
    };
  }

  private Answer send(Row row) {
    var request = bob.request(row.path(), bob.key());
    if (row.body().contentLength() != 0 || !row.contentType().isEmpty()) {
      request.header("Content-Type", row.contentType()).POST(row.body());
    }
    return bob.send(request);
  }

  private static String entry(TestGateway caller, String prompt) {
    return Awaitility.await()
        .until(() -> caller.get("/history/" + prompt).json().path(prompt), JsonNode::isObject)
        .toString();
  }

  @Test
  void whatever_a_caller_does_with_the_names_of_another_is_as_if_they_were_unknown()
      throws IOException {
    Row upload = form("/upload/image", UPLOAD + ".png");
    assertThat(
            ann.send(
                    ann.request(upload.path(), ann.key())
                        .header("Content-Type", upload.contentType())
                        .POST(upload.body()))
                .status())
        .isEqualTo(200);
    comfy.release();
    String ended = submit(ann, graph(TEXT));
    JsonNode history = JSON.readTree(entry(ann, ended));
    JsonNode file = history.at("/outputs/2/images/0");
    comfy.hold();
    ClientConnection anns = connect(ann);
    ClientConnection bobs = connect(bob);
    String running = submit(ann, graph(TEXT + "1"));
    String waiting = submit(ann, graph(TEXT + "2"));
    Awaitility.await()
        .until(() -> ann.get("/queue").json().at("/queue_running/0/1").asText().equals(running));
    String queue = ann.get("/queue").text();

    List<String> ids = List.of(ended, running, waiting);
    List<String> traces =
        Stream.concat(ids.stream(), Stream.of(file.path("subfolder").asText(), UPLOAD, TEXT, TAB))
            .toList();
    for (JsonNode operation : operations) {
      String name = operation.path("operationId").asText();
      for (String prompt : name.equals("comfyuiUploadImage") ? List.<String>of() : ids) {
        check(
            name,
            new Names(
                prompt,
                file.path("subfolder").asText(),
                file.path("filename").asText(),
                UPLOAD,
                TAB),
            traces);
      }
    }
    check(
        "comfyuiUploadImage",
        new Names(
            ended, file.path("subfolder").asText(), file.path("filename").asText(), UPLOAD, TAB),
        List.of());

    assertThat(ann.get("/queue").text()).isEqualTo(queue);
    assertThat(JSON.readTree(entry(ann, ended))).isEqualTo(history);
    assertThat(ann.get("/prompt").json().at("/exec_info/queue_remaining").asInt()).isEqualTo(2);
    assertThat(ann.get("/view?filename=%s.png&type=input".formatted(UPLOAD)).status())
        .isEqualTo(200);
    assertThat(bobs.types()).containsOnly("status");
    comfy.release();
    anns.awaitEnd(running);
    anns.awaitEnd(waiting);
    assertThat(anns.types()).doesNotContain("execution_error", "execution_interrupted");
    assertThat(bobs.raw()).noneMatch(frame -> ids.stream().anyMatch(frame::contains));
    for (int i = 0; i < bobs.texts().size(); i++) {
      assertThat(bobs.remaining(i)).isZero();
    }
  }

  private void check(String operation, Names anns, List<String> traces) throws IOException {
    Names unknown = Names.unknown();
    List<Row> withThem = rows(operation, anns);
    List<Row> withUnknown = rows(operation, unknown);
    for (int i = 0; i < withThem.size(); i++) {
      Row row = withThem.get(i);
      Answer answer = send(row);
      Answer other = send(withUnknown.get(i));
      String named = operation + " " + row.path() + " " + answer.text();
      assertThat(answer.status()).as(named).isEqualTo(other.status()).isLessThan(500);
      // An answer may repeat what the request names, and nothing else.
      String text = anns.asIf(unknown, answer.text());
      assertThat(traces).as(named).noneMatch(text::contains);
      if (!Objects.equals(operation, "comfyuiSystemStats")) {
        assertThat(text).as(named).isEqualTo(other.text());
      }
    }
  }
}
