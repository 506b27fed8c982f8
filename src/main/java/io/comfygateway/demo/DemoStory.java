package io.comfygateway.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.comfygateway.demo.CallbackReceiver.Received;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** One job from webhook to picture, with every check that a careful client makes. */
final class DemoStory {
  private static final int OK = 200;
  private static final int ACCEPTED = 202;
  private static final int NO_CONTENT = 204;
  private static final long POLL_MILLIS = 50;

  private final DemoServers servers;
  private final Narrator narrator;
  private final CustomerClient client;
  private final ObjectMapper json = new ObjectMapper();
  private final List<String> failures = new ArrayList<>();

  DemoStory(DemoServers servers, Narrator narrator) {
    this.servers = servers;
    this.narrator = narrator;
    this.client = new CustomerClient(servers.gatewayUrl(), servers.key());
  }

  /**
   * Runs the story.
   *
   * @return the checks that failed; empty if all passed
   */
  List<String> play() throws Exception {
    await(this::isReady);
    ObjectNode request = request();
    String job = submit(request);
    JsonNode ended = follow(job);
    if (!ended.path("status").asText().equals("succeeded")) {
      check(false, "the job " + ended.path("status").asText() + ": " + ended.path("error"));
      return failures;
    }
    Optional<JsonNode> verified = callback(job);
    if (verified.isEmpty()) {
      return List.copyOf(failures);
    }
    JsonNode delivered = verified.get();
    check(!delivered.path("outputs").isEmpty(), "the callback lists the files");
    copies(delivered.path("outputs"));
    pictures(delivered.path("outputs"));
    atOnce(request);
    console(job);
    return List.copyOf(failures);
  }

  // The gateway accepts jobs before ComfyUI is up, but then the story would stall.
  private boolean isReady() throws IOException, InterruptedException {
    JsonNode backends = client.json(client.get("/health/ready")).path("parts").path("backends");
    return !backends.isEmpty() && backends.elements().next().path("status").asText().equals("up");
  }

  private ObjectNode request() throws IOException {
    try (InputStream file = DemoStory.class.getResourceAsStream("/demo/request.json")) {
      ObjectNode request = (ObjectNode) json.readTree(file);
      return request.put("callback_url", servers.receiver().url().toString());
    }
  }

  private String submit(ObjectNode request) throws Exception {
    narrator.step("Send a webhook", "With any HTTP client. The key goes into a header.");
    narrator.code(
        Curl.post(
            servers.gatewayUrl() + "/webhook/txt2img", servers.key(), request.toPrettyString()));
    HttpResponse<byte[]> answer = client.post("/webhook/txt2img", request);
    JsonNode job = client.json(answer);
    narrator.line(
        "%d, job %s: stored on disk, the client need not wait"
            .formatted(answer.statusCode(), job.path("id").asText()));
    if (answer.statusCode() != ACCEPTED) {
      throw new DemoFailedException(
          "The webhook was answered with " + answer.statusCode() + ": " + job);
    }
    return job.path("id").asText();
  }

  private JsonNode follow(String id) throws Exception {
    narrator.step("Watch it run", "GET /jobs/" + id);
    String shown = "";
    while (true) {
      JsonNode job = client.json(client.get("/jobs/" + id));
      String now = state(job);
      // A prompt has no progress between two nodes.
      if (!shown.startsWith(now)) {
        narrator.line(now);
        shown = now;
      }
      if (job.has("finished_at")) {
        return job;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private static String state(JsonNode job) {
    String status = job.path("status").asText();
    JsonNode progress = job.path("progress");
    return progress.has("percent")
        ? "%s  %2d %%  %s"
            .formatted(
                status,
                progress.path("percent").asInt() / 10 * 10,
                progress.path("node_title").asText())
        : status;
  }

  // Verifies the signature before it reads the body, as a receiver should.
  private Optional<JsonNode> callback(String id) throws Exception {
    narrator.step(
        "Receive the callback",
        "It is signed (Standard Webhooks); the receiver verifies it with the secret.");
    await(() -> find(id).isPresent());
    Received callback = find(id).orElseThrow();
    narrator.line(
        "%s %s  %,d bytes".formatted(callback.method(), callback.target(), callback.body().length));
    for (String header : List.of("webhook-id", "webhook-timestamp", "webhook-signature")) {
      narrator.line("%-17s %s".formatted(header, callback.header(header).orElse("none")));
    }
    try {
      new Webhook(servers.secret().text()).verify(callback.text(), callback.headers());
      check(true, "the signature is valid: sent by this gateway and unchanged");
    } catch (WebhookVerificationException e) {
      check(false, "the signature of the callback is not valid: " + e.getMessage());
      return Optional.empty();
    }
    JsonNode event = json.readTree(callback.body());
    narrator.line("event " + event.path("type").asText());
    return Optional.of(event.path("data"));
  }

  private Optional<Received> find(String id) {
    return servers.receiver().received().stream()
        .filter(
            callback -> callback.header("webhook-id").isPresent() && callback.text().contains(id))
        .findFirst();
  }

  private void copies(JsonNode outputs) {
    narrator.step(
        "Look into the bucket", "The gateway copied the picture before it sent the callback.");
    try (S3Client client = servers.bucket().client()) {
      for (JsonNode output : outputs) {
        String key = output.path("s3").path("key").asText();
        String name = "s3://" + DemoServers.BUCKET + "/" + key;
        try {
          var object = client.getObjectAsBytes(it -> it.bucket(DemoServers.BUCKET).key(key));
          narrator.line(
              "%s  %s, %,d bytes"
                  .formatted(
                      name, object.response().contentType(), object.response().contentLength()));
          compare(object.asByteArrayUnsafe(), output, "the object in S3");
        } catch (SdkException e) {
          check(false, name + " cannot be read: " + e.getMessage());
        }
      }
    }
  }

  private void pictures(JsonNode outputs) throws Exception {
    narrator.step("Download the picture", "With the signed link of the callback, without a key.");
    Path folder = Files.createDirectories(servers.folder().resolve("pictures"));
    for (JsonNode output : outputs) {
      HttpResponse<byte[]> answer = client.follow(output.path("url").asText());
      check(answer.statusCode() == OK, "the link was answered with " + answer.statusCode());
      Path file =
          folder.resolve(Path.of(output.path("filename").asText()).getFileName().toString());
      Files.write(file, answer.body());
      narrator.line(
          "%s  %d × %d, %,d bytes"
              .formatted(
                  file,
                  output.path("width").asInt(),
                  output.path("height").asInt(),
                  answer.body().length));
      compare(answer.body(), output, "the picture");
    }
  }

  private void atOnce(ObjectNode request) throws Exception {
    narrator.step("Or wait for the picture", "POST /webhook/txt2img?respond=binary");
    ObjectNode plain = request.deepCopy();
    plain.remove(List.of("callback_url", "s3"));
    plain.withObject("/inputs").put("steps", 4);
    long before = System.nanoTime();
    HttpResponse<byte[]> answer = client.post("/webhook/txt2img?respond=binary", plain);
    String type = answer.headers().firstValue("Content-Type").orElse("no type");
    check(
        answer.statusCode() == OK && type.startsWith("image/"),
        String.format(
            Locale.ROOT,
            "%d %s, %,d bytes after %.1f s",
            answer.statusCode(),
            type,
            answer.body().length,
            (System.nanoTime() - before) / 1e9));
  }

  // As a browser does: the key once, and from then on the cookie.
  private void console(String id) throws Exception {
    narrator.step("See it in a browser", "Sign in with the key; the job is there.");
    HttpResponse<byte[]> page = client.follow(servers.gatewayUrl() + "/");
    check(page.statusCode() == OK, "the console is served at /");
    HttpResponse<byte[]> signedIn =
        client.post("/session", json.createObjectNode().put("key", servers.key()));
    check(
        signedIn.statusCode() == NO_CONTENT
            && signedIn.headers().firstValue("Set-Cookie").isPresent(),
        "the key signs in to it");
    narrator.line("%s/#/jobs/%s".formatted(servers.gatewayUrl(), id));
    narrator.line("key  " + servers.key());
  }

  private void compare(byte[] bytes, JsonNode output, String what) {
    String expected = output.path("sha256").asText();
    String found = sha256(bytes);
    boolean same = found.equals(expected);
    check(
        same,
        same
            ? what + " has the SHA-256 of the job: " + found
            : what + " has the SHA-256 " + found + ", but the job says " + expected);
  }

  private void check(boolean good, String what) {
    narrator.verdict(good, what);
    if (!good) {
      failures.add(what);
    }
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This Java has no SHA-256", e);
    }
  }
}
