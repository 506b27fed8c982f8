package io.comfygateway.flow;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import io.comfygateway.access.TokenIssuer;
import io.comfygateway.demo.S3Server;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.simulator.Faults;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs with secrets that can be told from anything else go every way that there is, well and badly;
 * then everything that the gateway wrote or told to others is searched for them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class LeakTest {
  private static final String ADMIN = "admin-5ecret5ecret5ecret-admin";
  private static final String WRONG = "wrong-5ecret5ecret5ecret-wrong";
  private static final String JWT_SECRET = "jwt-5ecret5ecret5ecret5ecret5ecret-jwt";
  private static final String BACKEND_TOKEN = "backend-5ecret5ecret5ecret-backend";
  private static final String EXTRA = "extra-5ecret5ecret5ecret-extra";
  private static final String HEADER = "header-5ecret5ecret5ecret-header";
  private static final String URL_TOKEN = "url-5ecret5ecret5ecret-url";
  private static final String PROMPT = "prompt-5ecret5ecret5ecret-prompt";
  private static final String META = "meta-5ecret5ecret5ecret-meta";
  private static final String BUCKET = "leaks";

  private final Map<String, String> secrets = new LinkedHashMap<>();
  private final List<Answer> told = new ArrayList<>();
  private final List<Answer> refusals = new ArrayList<>();
  private Path folder;
  private Comfy comfy;
  private GatewayProcess gateway;

  @BeforeAll
  void let_jobs_go_every_way(@TempDir Path place) throws Exception {
    folder = place;
    comfy = Comfy.start();
    try (S3Server s3 = S3Server.start(BUCKET);
        CallbackInbox inbox = CallbackInbox.start(n -> n == 0 ? 503 : 200);
        CallbackInbox dead = CallbackInbox.start(n -> 503)) {
      begin(s3);
      remember(s3);
      succeed(inbox);
      fail(dead);
      refuse();
      othersLook();
      gateway.kill();
    }
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  private void begin(S3Server s3) throws IOException {
    Path backends =
        Files.writeString(
            folder.resolve("backends.yaml"),
            """
            backends:
              gpu-1:
                url: %s
                credentials:
                  bearer: "${GATEWAY_TEST_BACKEND_TOKEN}"
            """
                .formatted(comfy.url()));
    Files.createDirectories(folder.resolve("tmp"));
    Map<String, String> environment = new HashMap<>();
    environment.put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + folder.resolve("tmp"));
    environment.put("GATEWAY_LOG_LEVEL", "DEBUG");
    environment.put("GATEWAY_CAMEL_LOG_LEVEL", "INFO");
    environment.put("GATEWAY_BACKENDS_FILE", backends.toString());
    environment.put("GATEWAY_TEST_BACKEND_TOKEN", BACKEND_TOKEN);
    environment.put(
        "GATEWAY_API_KEYS",
        "alice:%s:run+raw,bob:%s:run+raw+read-all,boss:%s:admin"
            .formatted(TestGateway.KEY, TestGateway.OTHER_KEY, ADMIN));
    environment.put("GATEWAY_JWT_SECRET", JWT_SECRET);
    environment.put("GATEWAY_JWT_ISSUER", "https://issuer.example");
    environment.put("GATEWAY_JWT_AUDIENCE", "gateway");
    environment.put("GATEWAY_CALLBACK_DELAYS", "0s,0s");
    environment.put("GATEWAY_AUTH_FAILURES_PER_MINUTE", "1000");
    environment.put("GATEWAY_S3_ENDPOINT", s3.endpoint().toString());
    environment.put("GATEWAY_S3_BUCKET", BUCKET);
    environment.put("GATEWAY_S3_ACCESS_KEY", s3.accessKey());
    environment.put("GATEWAY_S3_SECRET_KEY", s3.secretKey());
    gateway = GatewayProcess.in(folder.resolve("data"), "http://127.0.0.1:1", environment).start();
    gateway.caller().awaitReady();
  }

  private void remember(S3Server s3) {
    secrets.put("the key", TestGateway.KEY);
    secrets.put("another key", TestGateway.OTHER_KEY);
    secrets.put("the administrator's key", ADMIN);
    secrets.put("a wrong key", WRONG);
    secrets.put("the JWT secret", JWT_SECRET);
    secrets.put("ComfyUI's credentials", BACKEND_TOKEN);
    secrets.put("a key in extra_data", EXTRA);
    secrets.put("a callback's header", HEADER);
    secrets.put("a callback's URL", URL_TOKEN);
    secrets.put("a prompt", PROMPT);
    secrets.put("metadata", META);
    secrets.put("the callback secret", TestGateway.CALLBACK_SECRET.substring(6));
    secrets.put("the S3 secret", s3.secretKey());
  }

  private String body(String prompt, CallbackInbox inbox, String more) {
    return """
        {"inputs":{"prompt":"%s"},"extra_data":{"api_key_comfy_org":"%s"},"metadata":{"mine":"%s"},
         "callback":{"url":"%s?token=%s","headers":{"Authorization":"Bearer %s"},"format":"json"}%s}"""
        .formatted(prompt, EXTRA, META, inbox.url("/hook"), URL_TOKEN, HEADER, more);
  }

  private void succeed(CallbackInbox inbox) throws Exception {
    Answer created =
        gateway
            .caller()
            .post(
                "/keys",
                ADMIN,
                "{\"name\":\"made\",\"scopes\":[\"run\"],\"callback_secret\":true}");
    assertThat(created.status()).as(created.text()).isEqualTo(201);
    secrets.put("a key that was made", created.json().path("secret").asText());
    secrets.put(
        "its callback secret", created.json().path("callback_secret").asText().substring(6));
    String made = created.json().path("secret").asText();
    gateway.caller().post("/webhook/smoke", made, "{}");

    Answer sent = gateway.post("/webhook/txt2img", body(PROMPT, inbox, ",\"s3\":{}"));
    assertThat(sent.status()).as(sent.text()).isEqualTo(202);
    JsonNode job =
        gateway.await(
            sent.id(),
            shown ->
                shown.path("deliveries").size() > 1
                    && shown.path("deliveries").findValuesAsText("status").stream()
                        .allMatch("delivered"::equals));
    String link = job.path("outputs").path(0).path("url").asText();
    secrets.put("a link's signature", link.replaceAll(".*signature=", ""));
    assertThat(gateway.caller().send(gateway.caller().request(link, "")).status()).isEqualTo(200);

    Answer text =
        gateway.post(
            "/webhook?respond=result",
            "{\"prompt\":{\"1\":{\"class_type\":\"PreviewAny\",\"inputs\":{\"source\":\""
                + PROMPT
                + "\"}}}}");
    assertThat(text.status()).as(text.text()).isEqualTo(200);
    basic("alice:" + TestGateway.KEY, 200);
    bearer(TestGateway.KEY, 200);
    String token =
        TokenIssuer.signed(
            JWSAlgorithm.HS256,
            new MACSigner(JWT_SECRET),
            new JWTClaimsSet.Builder()
                .issuer("https://issuer.example")
                .audience("gateway")
                .subject("carol")
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .build(),
            null);
    secrets.put("a token", token.replaceAll(".*\\.", ""));
    bearer(token, 200);
    bearer(token.substring(0, token.length() - 4) + "AAAA", 401);
    secrets.put("a wrong token", token.replaceAll(".*\\.", "").replaceAll("....$", "AAAA"));
  }

  private void fail(CallbackInbox dead) {
    comfy.faults().failNextPrompts(1, Faults.Kind.ERROR);
    String failed = gateway.post("/webhook/txt2img", body(PROMPT, dead, "")).id();
    gateway.await(failed, shown -> "dead".equals(deliveryOf(shown)));
    gateway.post("/jobs/" + failed + "/redeliver", "");

    comfy.faults().rejectNextSubmissions(1, 400);
    String rejected = gateway.post("/webhook/txt2img", body(PROMPT, dead, "")).id();
    gateway.await(rejected, shown -> "failed".equals(shown.path("status").asText()));

    comfy.faults().loseNextAnswers(1);
    String lost = gateway.post("/webhook/txt2img", body(PROMPT, dead, "")).id();
    gateway.await(lost, shown -> "succeeded".equals(shown.path("status").asText()));

    String image =
        "{\"inputs\":{\"prompt\":\"%s\",\"image\":\"%s?token=%s\"},\"extra_data\":{\"k\":\"%s\"}}";
    for (String url : new String[] {dead.url("/x.png"), "http://127.0.0.1:1/x.png"}) {
      String id =
          gateway.post("/webhook/img2img", image.formatted(PROMPT, url, URL_TOKEN, EXTRA)).id();
      told.add(
          gateway
              .caller()
              .send(
                  gateway
                      .caller()
                      .request("/jobs/" + id, TestGateway.OTHER_KEY)
                      .header("Prefer", "wait=20")));
    }
  }

  private static String deliveryOf(JsonNode job) {
    return job.path("deliveries").path(0).path("status").asText();
  }

  private void refuse() {
    String bad =
        "{\"inputs\":{\"prompt\":\"a\",\"%s\":1},\"extra_data\":{\"k\":\"%s\"}}"
            .formatted("nothing", EXTRA);
    refused(gateway.post("/webhook/txt2img", bad));
    refused(gateway.post("/webhook/txt2img", "{\"extra_data\":{\"k\":\"" + EXTRA + "\"} x"));
    refused(
        gateway.post("/webhook/txt2img", "{\"extra_data\":{\"k\":\"" + EXTRA + "\"}", "X", HEADER));
    refused(
        gateway.post(
            "/webhook/smoke",
            "{\"callback\":{\"url\":\"http://10.0.0.1/?token=%s\",\"headers\":{\"A\":\"%s\"}}}"
                .formatted(URL_TOKEN, HEADER)));
    refused(
        gateway.post(
            "/webhook/smoke",
            "{\"callback\":{\"url\":\"https://example.com/\",\"headers\":{\"Host\":\"%s\"}}}"
                .formatted(HEADER)));
    refused(gateway.caller().post("/webhook/smoke", WRONG, "{}"));
    refused(basic("alice:" + WRONG, 401));
    refused(bearer(WRONG, 401));
    refused(gateway.get("/nothing/" + URL_TOKEN + "?X-API-Key=" + WRONG));
    refused(
        gateway
            .caller()
            .post("/webhook", TestGateway.KEY, "{\"prompt\":{\"1\":{\"class_type\":\"NoSuch\"}}}"));
  }

  private void refused(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isBetween(400, 499);
    refusals.add(answer);
    told.add(answer);
  }

  private Answer basic(String credentials, int status) {
    String encoded = Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
    secrets.put("Basic " + status, encoded);
    return authorized("Basic " + encoded, status);
  }

  private Answer bearer(String token, int status) {
    return authorized("Bearer " + token, status);
  }

  private Answer authorized(String value, int status) {
    Answer answer =
        gateway.caller().send(gateway.caller().request("/jobs", "").header("Authorization", value));
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    return answer;
  }

  private void othersLook() {
    for (String path : new String[] {"/metrics", "/health/ready", "/workflows", "/openapi.json"}) {
      Answer answer = gateway.caller().send(gateway.caller().request(path, TestGateway.OTHER_KEY));
      assertThat(answer.status()).as(path).isEqualTo(200);
      told.add(answer);
    }
    Answer others = gateway.caller().send(gateway.caller().request("/jobs", TestGateway.OTHER_KEY));
    assertThat(others.json().path("jobs")).isEmpty();
    told.add(others);
  }

  @Test
  void nothing_secret_is_in_the_log_or_the_audit_log() {
    String log = gateway.log();

    assertThat(log).contains("dead letter").contains("decision=refused").contains("queued job=");
    assertThat(leaksIn(log)).isEmpty();
  }

  @Test
  void nothing_secret_is_told_to_others_or_in_errors_metrics_and_health() {
    assertThat(told).hasSizeGreaterThan(15);
    // Who may read all jobs may read their inputs, and so the prompt.
    told.stream()
        .map(answer -> answer.text().replaceAll("\"prompt_text\":\"[^\"]*\"", ""))
        .forEach(text -> assertThat(leaksIn(text)).as(text).isEmpty());
  }

  @Test
  void no_error_tells_of_the_inside() {
    refusals.forEach(
        answer ->
            assertThat(answer.text())
                .doesNotContain("Exception")
                .doesNotContain("io.comfygateway")
                .doesNotContain("org.apache")
                .doesNotContain("com.fasterxml")
                .doesNotContain("\\tat ")
                .doesNotContain(comfy.url())
                .doesNotContain(folder.toString()));
  }

  @Test
  void nothing_secret_is_in_the_clear_in_the_database_or_any_other_file() throws Exception {
    List<String> leaks = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(Files::isRegularFile).forEach(files::add);
    }
    for (Path file : files) {
      String name = folder.relativize(file).toString();
      // A picture says in itself how it was made, and is its caller's.
      boolean isOutput = name.startsWith("data/outputs");
      leaksIn(new String(Files.readAllBytes(file), ISO_8859_1)).stream()
          .filter(leak -> !(isOutput && leak.equals("a prompt")))
          .forEach(leak -> leaks.add(name + ": " + leak));
    }

    assertThat(files).anyMatch(file -> file.toString().endsWith("gateway.mv.db"));
    assertThat(leaks).isEmpty();
  }

  private List<String> leaksIn(String text) {
    return secrets.entrySet().stream()
        .filter(
            secret ->
                text.contains(secret.getValue())
                    || text.contains(URLEncoder.encode(secret.getValue(), UTF_8))
                    || text.contains(
                        Base64.getEncoder().encodeToString(secret.getValue().getBytes(UTF_8))))
        .map(Map.Entry::getKey)
        .toList();
  }
}
