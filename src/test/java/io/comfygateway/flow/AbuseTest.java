package io.comfygateway.flow;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hundreds of requests that mean harm, over sockets, against a gateway that is a process of its own
 * with little memory. Each is answered with a problem that tells nothing of the inside; after all
 * of them it works as before.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("slow")
class AbuseTest {
  private static final String ADMIN = "admin-0123456789abcdef";
  private static final int HEAP_MEGABYTES = 128;
  private static final int LARGEST_ANSWER = 64 * 1024;
  private static final List<String> FIELDS =
      List.of(
          "inputs",
          "prompt",
          "seed",
          "callback_url",
          "callback",
          "s3",
          "priority",
          "timeout",
          "expires_in",
          "metadata",
          "extra_data");
  private static final List<String> OPERATIONS =
      List.of(
          "POST /webhook/%s",
          "GET /jobs/%s",
          "DELETE /jobs/%s",
          "GET /jobs/%s/outputs/0",
          "POST /jobs/%s/redeliver",
          "GET /workflows/%s",
          "DELETE /keys/%s",
          "POST /keys/%s/rotate",
          "GET /docs/%s",
          "POST /modal/%s",
          "POST /comfy-pack/%s/generate",
          "POST /v1/images/%s",
          "POST /runpod/v2/%s/run",
          "GET /runpod/v2/smoke/status/%s",
          "POST /runpod/v2/smoke/cancel/%s");
  private static final String IMAGES = "/v1/images/generations";
  private static final List<String> DOORS =
      List.of(IMAGES, "/modal/smoke", "/comfy-pack/smoke/generate");

  private final Map<Integer, Integer> answers = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();
  private Comfy comfy;
  private GatewayProcess gateway;
  private String job;
  private int hostile;

  @BeforeAll
  void start(@TempDir Path folder) {
    comfy = Comfy.start();
    gateway =
        GatewayProcess.in(
                folder,
                comfy.url(),
                Map.of(
                    "GATEWAY_API_KEYS",
                    "alice:%s:run+raw,boss:%s:admin".formatted(TestGateway.KEY, ADMIN),
                    "GATEWAY_AUTH_FAILURES_PER_MINUTE",
                    "100000",
                    "GATEWAY_AUDIT_LEVEL",
                    "OFF",
                    "GATEWAY_DOORS",
                    "comfy-pack,modal,openai,runpod",
                    "GATEWAY_DOOR_OPENAI_MODELS",
                    "gpt-image-1=txt2img"))
            .withHeap(HEAP_MEGABYTES)
            .start();
    gateway.caller().awaitReady();
    job = gateway.post("/webhook/smoke?respond=result", "{}").id();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  @Test
  @Order(1)
  void every_field_holds_against_every_kind_of_value() {
    List<String> values = HostileTexts.values(18);
    for (String field : FIELDS) {
      for (String value : values) {
        String path = "prompt".equals(field) ? "/webhook" : "/webhook/smoke";
        odd(json("POST", path, "{\"" + field + "\":" + value + "}"));
      }
    }
    conclude();
  }

  @Test
  @Order(2)
  void what_is_nearly_a_request_is_none() {
    String request =
        "{\"inputs\":{\"width\":64},\"seed\":7,\"priority\":1,\"metadata\":{\"a\":[1,\"b\"]},\"callback_url\":\"https://example.com/\"}";
    HostileTexts.nearly(request, 60).forEach(text -> odd(json("POST", "/webhook/smoke", text)));
    for (String text :
        List.of(
            "\ufeff{}",
            "{} {}",
            "{\"seed\":1,\"seed\":2}",
            "{\"seed\":NaN}",
            "{\"seed\":1e999}",
            "{'seed':1}",
            "{\"seed\":01}",
            "nul",
            "[",
            "\"",
            "{\"a\":\"\\ud800\"}",
            "{\"metadata\":{\"a\":\"\\u0000\"}}",
            "{".repeat(50_000),
            "[".repeat(50_000),
            "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000),
            "-",
            "{\"seed\":" + "9".repeat(5_000) + "}",
            "{\"inputs\":{" + "\"a\":1,".repeat(20_000) + "\"b\":1}}",
            "<xml/>",
            "a=b&c=d")) {
      refused(json("POST", "/webhook/smoke", text));
    }
    refused(
        request("POST", "/webhook/smoke", TestGateway.KEY)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(new byte[] {'{', (byte) 0xc3, (byte) 0x28, '}'})));
    conclude();
  }

  @Test
  @Order(3)
  void names_and_ids_that_lead_elsewhere_lead_nowhere() {
    List<String> names = new ArrayList<>(HostileTexts.escapes(12));
    names.addAll(HostileTexts.letters(6));
    for (String operation : OPERATIONS) {
      String method = operation.substring(0, operation.indexOf(' '));
      String path = operation.substring(method.length() + 1);
      for (String name : names) {
        String encoded = URLEncoder.encode(name, UTF_8).replace("+", "%20");
        refused(json(method, path.formatted(encoded), "{}", ADMIN));
      }
    }
    conclude();
  }

  @Test
  @Order(4)
  void outputs_and_lists_hold_against_odd_places_and_queries() {
    for (String index :
        List.of("-1", "1", "00", "1e3", "2147483648", "x", "0;id", "0%2f..", "%00")) {
      if (!"00".equals(index)) {
        refused(json("GET", "/jobs/" + job + "/outputs/" + index, ""));
      }
    }
    for (String query :
        List.of(
            "limit=0",
            "limit=-1",
            "limit=1e9",
            "limit=x",
            "limit=100000",
            "cursor=x",
            "cursor=-1",
            "cursor=99999999999999999999",
            "status=done",
            "status=%00",
            "caller=*",
            "caller=bob")) {
      refused(json("GET", "/jobs?" + query, ""));
    }
    for (String query : HostileTexts.escapes(20)) {
      String encoded = URLEncoder.encode(query, UTF_8);
      odd(json("GET", "/jobs?metadata.a=" + encoded + "&workflow=" + encoded, ""));
      refused(json("GET", "/jobs/" + job + "/outputs/0?expires=1&signature=" + encoded, ""));
      refused(json("GET", "/jobs/" + UUID.randomUUID() + "?x=" + encoded, ""));
    }
    for (String range :
        List.of(
            "bytes=9-1",
            "bytes=-0",
            "bytes=a-b",
            "bytes=0-1,2-3,4-5",
            "bytes=99999999999999999999-",
            "lines=1-2")) {
      odd(json("GET", "/jobs/" + job + "/outputs/0", "").header("Range", range));
    }
    conclude();
  }

  @Test
  @Order(5)
  void headers_and_credentials_hold_against_odd_values() {
    for (String type :
        List.of(
            "text/plain",
            "application/xml",
            "application/x-java-serialized-object",
            "a",
            ";;;",
            "multipart/mixed; boundary=x",
            "image/png")) {
      refused(
          request("POST", "/webhook/smoke", TestGateway.KEY)
              .header("Content-Type", type)
              .POST(BodyPublishers.ofString("{}")));
    }
    for (String text : HostileTexts.escapes(15)) {
      String value = text.replaceAll("[^\\x20-\\x7e]", "?");
      refused(json("GET", "/jobs", "", "").header("Authorization", "Bearer " + value));
      refused(json("GET", "/jobs", "", "").header("Authorization", "Basic " + value));
      refused(json("GET", "/jobs", "", "x" + value));
      odd(json("GET", "/jobs/" + job, "").header("Prefer", "wait=" + value));
      odd(json("GET", "/jobs/" + job, "").header("If-None-Match", value));
      odd(json("POST", "/webhook/smoke", "{}").header("Accept", value));
    }
    refused(json("POST", "/webhook/smoke", "{}").header("Idempotency-Key", "k".repeat(300)));
    conclude();
  }

  @Test
  @Order(6)
  void forms_hold_against_odd_parts() throws Exception {
    byte[] page = "<html><script>".getBytes(UTF_8);
    for (String name : HostileTexts.escapes(15)) {
      String plain = name.replaceAll("[\\r\\n\"\\u0000]", "_");
      refused(form(new FormBody().file("image", plain, "image/png", page).field("prompt", "a")));
      refused(form(new FormBody().field(plain + "?", "x").field("prompt", "a")));
    }
    FormBody many = new FormBody();
    for (int i = 0; i < 300; i++) {
      many.field("f" + i, "x");
    }
    refused(form(many));
    refused(form(new FormBody().field("prompt", "a").field("inputs", "{{")));
    refused(form(new FormBody().field("prompt", "a").file("image", "x", "image/png", new byte[0])));
    for (String broken :
        List.of("", "--", "--x\r\n", "--x\r\nContent-Disposition: form-data\r\n\r\n")) {
      refused(
          request("POST", "/webhook/img2img", TestGateway.KEY)
              .header("Content-Type", "multipart/form-data; boundary=x")
              .POST(BodyPublishers.ofString(broken)));
    }
    conclude();
  }

  @Test
  @Order(7)
  void keys_hold_against_odd_requests() {
    for (String value : HostileTexts.values(14)) {
      for (String field : List.of("name", "scopes", "expires_at", "networks", "jobs_per_day")) {
        odd(
            json(
                "POST",
                "/keys",
                "{\"name\":\"n\",\"scopes\":[\"run\"],\"" + field + "\":" + value + "}",
                ADMIN));
      }
    }
    refused(json("POST", "/keys", "{\"name\":\"n\",\"scopes\":[\"root\"]}", ADMIN));
    refused(json("POST", "/keys", "{\"name\":\"n\",\"scopes\":[\"admin\"]}"));
    refused(json("DELETE", "/keys/nobody", "", ADMIN));
    conclude();
  }

  @Test
  @Order(8)
  void lines_that_are_no_HTTP_are_answered_or_hung_up_on() throws Exception {
    for (String line : HostileTexts.REQUEST_LINES) {
      hostile++;
      String answer = raw(line + "\r\nHost: x\r\nConnection: close\r\n\r\n");
      String status = answer.isEmpty() ? "hung up" : answer.substring(0, answer.indexOf('\r'));
      // 501 is Vert.x's answer to a version of HTTP that there is not. The absolute form is one of
      // HTTP (RFC 9112, 3.2.2), and the page at / is everybody's.
      boolean isPage =
          line.startsWith("GET http://") && answer.contains("<title>ComfyUI gateway</title>");
      if (!answer.isEmpty() && !isPage && !status.matches("HTTP/\\S+ ([34]\\d\\d|501) .*")
          || answer.contains("root:")
          || answer.contains("<project")) {
        wrong.add(line + " -> " + status);
      }
    }
    conclude();
  }

  @Test
  @Order(9)
  void doors_hold_against_every_kind_of_value_and_what_is_nearly_a_request() {
    for (String field :
        List.of(
            "prompt",
            "n",
            "size",
            "quality",
            "response_format",
            "image",
            "mask",
            "stream",
            "seed")) {
      for (String value : HostileTexts.values(9)) {
        String prompt = "prompt".equals(field) ? "" : "\"prompt\":\"x\",";
        odd(
            json(
                "POST",
                IMAGES,
                "{\"model\":\"gpt-image-1\"," + prompt + "\"" + field + "\":" + value + "}"));
      }
    }
    for (String value : HostileTexts.values(9)) {
      odd(json("POST", "/modal/smoke", "{\"width\":" + value + "}"));
      odd(json("POST", "/comfy-pack/smoke/generate", "{\"inputs\":" + value + "}"));
      odd(json("POST", IMAGES, "{\"prompt\":\"x\",\"model\":" + value + "}"));
      for (String body :
          List.of(
              "\"input\":%s",
              "\"input\":{},\"webhook\":%s",
              "\"input\":{},\"policy\":{\"ttl\":%s}",
              "\"input\":{\"workflow\":%s}",
              "\"input\":{\"workflow\":{\"1\":%s}}",
              "\"input\":{\"workflow\":{},\"images\":%s}",
              "\"input\":{\"workflow\":{},\"images\":[{\"name\":%1$s,\"image\":%1$s}]}",
              "\"input\":{\"comfy_org_api_key\":%s}")) {
        String path = "/runpod/v2/smoke/runsync?wait=" + "9".repeat(30);
        odd(json("POST", path, "{" + body.formatted(value) + "}"));
      }
    }
    for (String name : HostileTexts.escapes(20)) {
      String model = TextNode.valueOf(name).toString();
      refused(json("POST", IMAGES, "{\"prompt\":\"x\",\"model\":" + model + "}"));
    }
    String request = "{\"model\":\"txt2img\",\"prompt\":\"x\",\"n\":1,\"size\":\"64x64\"}";
    HostileTexts.nearly(request, 30).forEach(text -> odd(json("POST", IMAGES, text)));
    for (String door : DOORS) {
      for (String text :
          List.of("[", "{\"a\":".repeat(5_000), "[".repeat(50_000), "{} {}", "{\"n\":1e999}")) {
        refused(json("POST", door, text));
      }
    }
    conclude();
  }

  @Test
  @Order(10)
  void forms_and_headers_of_doors_hold_against_odd_values() {
    byte[] page = "<html><script>".getBytes(UTF_8);
    FormBody files = new FormBody().field("model", "img2img").field("prompt", "a");
    for (int i = 0; i < 200; i++) {
      files.file("image[]", "a.png", "image/png", page);
    }
    refused(edit(files));
    for (String name : HostileTexts.escapes(15)) {
      String plain = name.replaceAll("[\\r\\n\"\\u0000]", "_");
      String value = name.replaceAll("[^\\x20-\\x7e]", "?");
      FormBody form = new FormBody().field("model", "img2img").field("prompt", "a");
      refused(edit(form.file("image", plain, "image/png", page)));
      refused(edit(new FormBody().field(plain + "[]", "x").field("prompt", "a")));
      for (String door : DOORS) {
        refused(json("POST", door, "{}", "").header("Authorization", value));
        refused(json("POST", door, "{}", "").header("Authorization", "Key " + value));
        odd(json("POST", door, "{}").header("x-stainless-retry-count", value));
        odd(json("POST", door, "{}").header("Idempotency-Key", value));
      }
    }
    refused(json("POST", IMAGES, "{}").header("Idempotency-Key", "k".repeat(300)));
    conclude();
  }

  private HttpRequest.Builder edit(FormBody form) {
    return request("POST", "/v1/images/edits", TestGateway.KEY)
        .header("Content-Type", form.contentType())
        .POST(BodyPublishers.ofByteArray(form.bytes()));
  }

  @Test
  @Order(11)
  void after_all_of_it_the_gateway_lives_and_a_good_job_works() {
    assertThat(hostile).isGreaterThan(300);
    assertThat(gateway.isAlive()).isTrue();
    assertThat(gateway.get("/health/live").status()).isEqualTo(200);
    Answer good =
        gateway.post("/webhook/txt2img", "{\"inputs\":{\"prompt\":\"a cat\"},\"priority\":100}");
    assertThat(good.status()).as(good.text()).isEqualTo(202);
    assertThat(gateway.await(good.id(), shown -> "succeeded".equals(shown.path("status").asText())))
        .isNotNull();
    assertThat(gateway.log()).doesNotContain("OutOfMemoryError").doesNotContain(" ERROR ");
    System.out.printf(
        "abuse: %d hostile requests, answers by status %s, with a heap of %d MB%n",
        hostile, answers, HEAP_MEGABYTES);
  }

  private HttpRequest.Builder request(String method, String path, String key) {
    return gateway.caller().request(path, key).method(method, BodyPublishers.noBody());
  }

  private HttpRequest.Builder json(String method, String path, String body) {
    return json(method, path, body, TestGateway.KEY);
  }

  private HttpRequest.Builder json(String method, String path, String body, String key) {
    return gateway
        .caller()
        .request(path, key)
        .header("Content-Type", "application/json")
        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
  }

  private HttpRequest.Builder form(FormBody form) {
    return request("POST", "/webhook/img2img", TestGateway.KEY)
        .header("Content-Type", form.contentType())
        .POST(BodyPublishers.ofByteArray(form.bytes()));
  }

  /** Sends what cannot be meant well: it must be refused. */
  private void refused(HttpRequest.Builder request) {
    send(request, false);
  }

  /** Sends what may by chance be right: it must not do harm. */
  private void odd(HttpRequest.Builder request) {
    send(request, true);
  }

  private void send(HttpRequest.Builder request, boolean mayWork) {
    hostile++;
    Answer answer = gateway.caller().send(request);
    answers.merge(answer.status(), 1, Integer::sum);
    String text = answer.status() < 400 ? "" : answer.text();
    boolean allowed = answer.status() < 500 && (mayWork || answer.status() >= 400);
    boolean isProblem = answer.status() < 400 || isInShape(answer);
    boolean tells =
        text.contains("Exception")
            || text.contains("io.comfygateway")
            || text.contains("fasterxml")
            || text.contains(comfy.url())
            || text.length() > LARGEST_ANSWER;
    if (!allowed || !isProblem || tells) {
      HttpRequest sent = request.build();
      wrong.add(
          sent.method()
              + " "
              + sent.uri()
              + " "
              + sent.headers().map()
              + " -> "
              + answer.status()
              + " "
              + answer.header("Content-Type")
              + " "
              + text);
    }
  }

  // A door says what is wrong in the shape of its product.
  private static boolean isInShape(Answer answer) {
    String path = answer.response().request().uri().getPath();
    boolean isOfDoor =
        Stream.of("/modal", "/comfy-pack", "/runpod", "/v1")
            .anyMatch(door -> path.equals(door) || path.startsWith(door + "/"));
    String type = answer.header("Content-Type");
    return isOfDoor
        ? "application/json".equals(type)
            && (answer.json().has("error") || answer.json().has("detail"))
        : "application/problem+json".equals(type);
  }

  private String raw(String text) throws IOException {
    URI url = URI.create(gateway.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    } catch (java.net.SocketException reset) {
      return "";
    }
  }

  private void conclude() {
    List<String> found = List.copyOf(wrong);
    wrong.clear();
    assertThat(found).isEmpty();
  }
}
