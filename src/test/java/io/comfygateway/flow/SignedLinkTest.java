package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.access.MasterKey;
import io.comfygateway.access.SignedUrls;
import io.comfygateway.flow.TestGateway.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What a link to an output opens, to whoever holds it, and until when. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SignedLinkTest {
  private static final String ADMIN = "admin-0123456789abcdef";
  private static final String TWO_PICTURES =
      "{\"prompt\":{\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{\"width\":64,\"height\":64,\"batch_size\":2,\"color\":1}},\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0],\"filename_prefix\":\"x\"}}}}";

  private final ShiftedClock clock = new ShiftedClock();
  private Comfy comfy;
  private TestGateway gateway;
  private JsonNode job;
  private String link;

  @BeforeAll
  void start(@TempDir Path data) {
    comfy = Comfy.start();
    gateway =
        TestGateway.start(
                data,
                comfy.url(),
                Map.of(
                    "gateway.api-keys",
                    "alice:" + TestGateway.KEY + ":run+raw,boss:" + ADMIN + ":admin",
                    "gateway.auth.failures-per-minute",
                    "100000",
                    "gateway.output-url.valid-hours",
                    "1",
                    "gateway.retention",
                    "2h",
                    "gateway.retention.interval-ms",
                    "50"),
                clock)
            .ready();
    job = gateway.post("/webhook?respond=result", TWO_PICTURES).json();
    link = link(job, 0);
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  private static String link(JsonNode job, int index) {
    return job.path("outputs").path(index).path("url").asText();
  }

  private Answer open(String url, String... headers) {
    return gateway.getWith(url, "", headers);
  }

  private void refused(String url) {
    Answer answer = open(url);
    assertThat(answer.status()).as(url + answer.text()).isEqualTo(403);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.json().path("type").asText()).isEqualTo("/problems/forbidden");
  }

  @Test
  @Order(1)
  void a_link_opens_with_HEAD_and_in_parts_as_well() {
    int bytes = job.path("outputs").path(0).path("bytes").asInt();

    Answer head = gateway.send(gateway.request(link, "").method("HEAD", BodyPublishers.noBody()));
    Answer part = open(link, "Range", "bytes=1-3");

    assertThat(open(link).bytes()).hasSize(bytes);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(bytes));
    assertThat(head.bytes()).isEmpty();
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.text()).isEqualTo("PNG");
  }

  @Test
  @Order(2)
  void a_link_that_was_changed_anywhere_opens_nothing() {
    String signature = link.replaceAll(".*signature=", "");
    String expires = link.replaceAll(".*expires=(\\d+).*", "$1");
    List<String> changed = new ArrayList<>();
    for (int i = 0; i < signature.length(); i++) {
      for (String other : List.of("A", "z", "7", "-", "_")) {
        if (signature.charAt(i) != other.charAt(0)) {
          changed.add(
              link.replace(
                  signature, signature.substring(0, i) + other + signature.substring(i + 1)));
        }
      }
    }
    for (int i = 0; i < expires.length(); i++) {
      String digit = expires.charAt(i) == '9' ? "8" : "9";
      changed.add(
          link.replace(expires, expires.substring(0, i) + digit + expires.substring(i + 1)));
    }
    for (String other : List.of("", "0", "-1", "%2B" + expires, expires + ".0", expires + "0")) {
      changed.add(link.replace("expires=" + expires, "expires=" + other));
    }
    for (String other :
        List.of("", "%00", signature + "=", signature.toLowerCase(), "%20" + signature, "null")) {
      changed.add(link.replace("signature=" + signature, "signature=" + other));
    }
    changed.add(link.replace("expires=" + expires + "&", ""));
    changed.add(link.replace("/outputs/0?", "/outputs/1?"));
    changed.add(link.replace("/outputs/0?", "/outputs/-1?"));
    changed.add(link.replace("/outputs/0?", "/outputs/99999999999?"));

    changed.forEach(this::refused);

    assertThat(changed).hasSizeGreaterThan(200);
    HttpRequest.Builder head = gateway.request(changed.get(0), "");
    assertThat(gateway.send(head.method("HEAD", BodyPublishers.noBody())).status()).isEqualTo(403);
    assertThat(open(changed.get(0), "Range", "bytes=0-3").status()).isEqualTo(403);
    assertThat(open(link.replaceFirst("&signature=.*", "")).status()).isEqualTo(401);
    for (String twice :
        List.of(
            link + "&expires=" + expires.replaceFirst(".", "9"),
            link + "&signature=" + signature.replaceFirst(".", "_"))) {
      assertThat(open(twice).status()).isEqualTo(400);
    }
    assertThat(open(link).status()).isEqualTo(200);
  }

  @Test
  @Order(3)
  void a_link_opens_no_other_job_whatever_the_headers_say() {
    JsonNode other = gateway.post("/webhook?respond=result", TWO_PICTURES).json();
    String id = job.path("id").asText();
    String otherId = other.path("id").asText();

    refused(link.replace(id, otherId));
    assertThat(open(link, "id", otherId, "index", "1").bytes()).isEqualTo(open(link).bytes());
    assertThat(open(link.replace("/outputs/0?", "?")).status()).isEqualTo(401);
    assertThat(open(link.replace("/outputs/0?", "/outputs.zip?")).status()).isIn(401, 404);
  }

  @Test
  @Order(4)
  void a_link_of_another_master_key_opens_nothing() {
    String forged =
        new SignedUrls(MasterKey.ofBase64("A".repeat(43) + "="), InstantSource.system())
            .sign(job.path("id").asText(), 0, Instant.now().plusSeconds(600));

    refused(link.replaceFirst("\\?.*", "?" + forged));
  }

  @Test
  @Order(5)
  void a_link_ends_with_the_key_that_made_its_job() {
    String secret =
        gateway
            .postWith("/keys", ADMIN, "{\"name\":\"leaver\",\"scopes\":[\"run\"]}")
            .json()
            .path("secret")
            .asText();
    JsonNode leavers = gateway.postWith("/webhook/smoke?respond=result", secret, "{}").json();
    assertThat(open(link(leavers, 0)).status()).isEqualTo(200);

    gateway.send(gateway.request("/keys/leaver", ADMIN).DELETE());

    refused(link(leavers, 0));
    assertThat(open(link).status()).isEqualTo(200);
  }

  @Test
  @Order(6)
  void a_link_is_over_when_its_time_is_and_leads_nowhere_when_its_job_is_not_kept() {
    JsonNode last = gateway.post("/webhook/smoke?respond=result", "{}").json();
    String first = link(last, 0);
    assertThat(open(first).status()).isEqualTo(200);

    clock.advance(Duration.ofMinutes(61));
    refused(first);
    String fresh = link(gateway.job(last.path("id").asText()), 0);
    assertThat(open(fresh).status()).isEqualTo(200);

    clock.advance(Duration.ofMinutes(59));
    Awaitility.await().until(() -> open(fresh).status() != 200);
    assertThat(open(fresh).status()).isEqualTo(404);
  }
}
