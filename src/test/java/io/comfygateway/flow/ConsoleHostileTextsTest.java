package io.comfygateway.flow;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.options.AriaRole;
import com.sun.net.httpserver.HttpExchange;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console shows what others have written (workflows, prompts, names of files, errors of
 * ComfyUI, answers of receivers, addresses of links) as text, and runs no output.
 */
@Tag("console")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleHostileTextsTest {
  @RegisterExtension static final ConsoleBrowser BROWSER = new ConsoleBrowser();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TAGS = "<img src=x onerror=alert(1)>";
  private static final String HOSTILE =
      TAGS + "<svg onload=alert(2)>\"'{{7*7}}${7*7} \u202egnp.exe";
  private static final String SHOWN = "\"'{{7*7}}${7*7} U+202Egnp.exe";
  private static final String NAME = TAGS + "\"'{{7*7}}${7*7} \u202egnp.exe.";
  private static final Pattern SAVED = Pattern.compile("\"(svg|html|txt|png)_[0-9]+_\\.png\"");
  private static final String SCRIPT = "<script>alert(3)</script>";
  private static final String SVG =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(4)\">" + SCRIPT + "</svg>";
  private static final String PAGE = "<!doctype html><title>run</title>" + SCRIPT;
  // Text and attributes that are read or read out, with characters that turn the direction.
  private static final String TURNED =
      """
      () => {
        const turns = /[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/;
        const found = [];
        const walk = document.createTreeWalker(document.documentElement);
        for (let node = walk.currentNode; node; node = walk.nextNode()) {
          const texts = node.nodeType === Node.ELEMENT_NODE
            ? ['title', 'alt', 'aria-label', 'placeholder'].map((it) => node.getAttribute(it) ?? '')
            : [node.data];
          found.push(...texts.filter((it) => turns.test(it)));
        }
        return found;
      }""";

  private Comfy comfy;
  private OddServer odd;
  private CallbackInbox inbox;
  private TestGateway gateway;
  private String job;

  @BeforeAll
  void start(@TempDir Path place) throws IOException {
    Path workflows = Files.createDirectories(place.resolve("workflows"));
    Files.writeString(workflows.resolve("hostile.json"), JSON.writeValueAsString(graph()));
    Files.writeString(workflows.resolve("hostile.yaml"), JSON.writeValueAsString(sidecar()));
    Files.writeString(workflows.resolve("members.json"), JSON.writeValueAsString(graph()));
    Files.writeString(workflows.resolve("members.yaml"), JSON.writeValueAsString(members()));
    comfy = Comfy.start();
    odd = OddServer.before(comfy);
    odd.answer(OddServer.line("GET /history"), Integer.MAX_VALUE, this::history);
    odd.answer(OddServer.line("GET /view"), Integer.MAX_VALUE, ConsoleHostileTextsTest::view);
    inbox = CallbackInbox.start(n -> 400).saying(SCRIPT + HOSTILE);
    gateway =
        TestGateway.start(
                place.resolve("data"),
                "gpu=" + odd.url(),
                Map.of(
                    "gateway.workflows-dir",
                    workflows.toString(),
                    "gateway.api-keys",
                    "alice:%s:run,boss:%s:admin".formatted(TestGateway.KEY, TestGateway.ADMIN_KEY)))
            .ready();
    ObjectNode request = JSON.createObjectNode();
    request.putObject("inputs").put("caption", HOSTILE);
    request.putObject("metadata").put("batch", HOSTILE).put(HOSTILE, HOSTILE);
    request.putObject("callback").put("url", inbox.url("/" + "%3Cscript%3E"));
    job = gateway.post("/webhook/hostile?respond=result", request.toString()).id();
    gateway.await(job, it -> "dead".equals(it.at("/deliveries/0/status").asText()));
  }

  @AfterAll
  void stop() {
    Stream.of(gateway, inbox, odd, comfy)
        .forEach(
            it -> {
              try {
                it.close();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
  }

  private static ObjectNode graph() {
    ObjectNode graph = JSON.createObjectNode();
    node(graph, "1", "EmptyImage").put("width", 64).put("height", 64).put("color", 1);
    graph.withObject("/1/inputs").put("batch_size", 1);
    for (String kind : List.of("svg", "html", "txt", "png")) {
      ObjectNode inputs = node(graph, kind, "SaveImage").put("filename_prefix", kind);
      inputs.putArray("images").add("1").add(0);
    }
    node(graph, "2", "PreviewAny").put("source", "");
    return graph;
  }

  private static ObjectNode node(ObjectNode graph, String id, String type) {
    ObjectNode node = graph.putObject(id).put("class_type", type);
    node.putObject("_meta").put("title", HOSTILE + id);
    return node.putObject("inputs");
  }

  private static ObjectNode sidecar() {
    ObjectNode sidecar = JSON.createObjectNode().put("title", HOSTILE).put("description", HOSTILE);
    ObjectNode words = sidecar.putObject("inputs").putObject("caption");
    words.put("label", HOSTILE).put("group", HOSTILE).put("description", HOSTILE);
    words.put("type", "choice").put("default", HOSTILE);
    words.putArray("sets").add("2.source");
    words.putArray("choices").add(HOSTILE).add(HOSTILE + "2");
    return sidecar;
  }

  /** Names that every object of JavaScript has, and a title without spaces. */
  private static ObjectNode members() {
    ObjectNode sidecar = JSON.createObjectNode().put("title", "long".repeat(50));
    ObjectNode inputs = sidecar.putObject("inputs");
    inputs
        .putObject("constructor")
        .put("label", "label".repeat(40))
        .putArray("sets")
        .add("2.source");
    inputs.putObject("toString").putArray("sets").add("1.width");
    inputs.putObject("valueOf").putArray("sets").add("1.height");
    return sidecar;
  }

  /** Files of other kinds and with other names than the simulator has made. */
  private void history(HttpExchange exchange) throws IOException {
    String answer =
        new String(comfy.bytes(exchange.getRequestURI().toString()), StandardCharsets.UTF_8);
    OddServer.answer(
            200,
            "application/json",
            SAVED
                .matcher(answer)
                .replaceAll(
                    saved ->
                        Matcher.quoteReplacement(
                            TextNode.valueOf(NAME + saved.group(1)).toString()))
                .replace("the simulator was told to fail", TAGS + "\\u202e"))
        .to(exchange);
  }

  private static void view(HttpExchange exchange) throws IOException {
    String query =
        URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
    byte[] file =
        query.contains(".svg")
            ? SVG.getBytes(StandardCharsets.UTF_8)
            : query.contains(".png") ? picture() : PAGE.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
    exchange.sendResponseHeaders(200, file.length);
    exchange.getResponseBody().write(file);
  }

  private static byte[] picture() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", png);
    return png.toByteArray();
  }

  private Page open(String hash) {
    return BROWSER.signIn(gateway, TestGateway.ADMIN_KEY, hash);
  }

  private static void assertHarmless(Page page) {
    assertThat(page.locator(".skeletons")).hasCount(0);
    assertThat(page.locator("[src=x], [onerror], [onload], gateway-app script")).hasCount(0);
    assertThat((List<?>) page.evaluate(TURNED)).as(page.url()).isEmpty();
    assertThat(page).hasTitle(Pattern.compile("ComfyUI gateway$"));
  }

  @Test
  void a_workflow_and_its_form_are_text() {
    Page page = open("#/workflows");
    assertThat(page.locator(".workflow-row").first()).containsText(TAGS);
    assertThat(page.locator(".workflow-row").first()).containsText(SHOWN);
    assertHarmless(page);
    page.navigate(gateway.url() + "/#/workflows/hostile");
    assertThat(page.locator("h1")).containsText(SHOWN);
    assertHarmless(page);
    page.navigate(gateway.url() + "/#/run");
    assertThat(page.locator(".picker-card").first()).containsText(SHOWN);
    assertHarmless(page);
    page.navigate(gateway.url() + "/#/run/hostile");
    assertThat(page.locator("form .hint")).containsText(SHOWN);
    assertHarmless(page);
    for (String tab : List.of("JSON", "curl", "Python", "JavaScript", "n8n")) {
      page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName(tab)).click();
      assertThat(page.locator(".code pre")).containsText("onerror=alert(1)");
    }
  }

  @Test
  void inputs_with_the_names_of_members_of_objects_have_their_own_values() {
    Page page = open("#/run/members");
    assertThat(page.locator("[id='field-constructor']")).hasValue("");
    assertThat(page.locator("[id='field-toString']")).hasValue("64");
    assertThat((Boolean) page.locator("html").evaluate("it => it.scrollWidth <= it.clientWidth"))
        .isTrue();
    page.locator("[id='field-constructor']").fill("a cat");
    page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("JSON")).click();
    assertThat(page.locator(".code pre")).containsText("\"constructor\": \"a cat\"");
    assertThat(page.locator(".code pre")).not().containsText("native code");
    page.getByRole(AriaRole.TAB).first().click();
    page.locator("[id='field-constructor']").press("Control+Enter");
    assertThat(page.locator(".run-results .result")).hasCount(1);
    assertThat(page.locator(".field-error")).hasCount(0);
  }

  @Test
  void faults_of_nodes_that_are_no_objects_are_left_out() {
    String faults =
        "{\"3\": {\"errors\": [{\"message\": 5}, null, \"x\"], \"class_type\": 7}, \"4\": null}";
    String body =
        "{\"error\": {\"type\": \"x\", \"message\": \"no\"}, \"node_errors\": " + faults + "}";
    odd.answer(OddServer.line("POST /prompt"), 1, OddServer.answer(400, "application/json", body));
    String failed = gateway.post("/webhook/hostile", "{}").id();
    gateway.await(failed, "failed");

    Page page = open("#/jobs/" + failed);

    assertThat(page.locator(".failure")).containsText("5");
    assertHarmless(page);
  }

  @Test
  void a_job_and_what_came_of_it_are_text() {
    Page page = open("#/jobs?caller=*");
    assertThat(page.locator("tr[data-job='" + job + "']")).containsText(SHOWN);
    assertThat(page.locator("tr[data-job='" + job + "'] .job-name")).containsText(SHOWN);
    assertHarmless(page);
    page.navigate(gateway.url() + "/#/jobs/" + job);
    assertThat(page.locator(".gallery .output")).hasCount(4);
    assertThat(page.locator(".facts")).containsText(SHOWN);
    assertThat(page.locator(".input-list")).containsText(SHOWN);
    assertThat(page.locator(".shown-text")).containsText(SHOWN);
    assertThat(page.locator(".gallery img")).hasCount(1);
    page.locator(".delivery-list summary").click();
    assertThat(page.locator(".delivery-list")).containsText(SCRIPT);
    assertHarmless(page);
    ConsoleBrowser.assertAccessible(page);

    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Read")).click();
    assertThat(page.locator(".viewer-text")).containsText(PAGE);
    assertHarmless(page);
    page.keyboard().press("ArrowRight");
    assertThat(page.locator(".viewer-pictures img")).isVisible();
    assertHarmless(page);
    page.keyboard().press("Escape");
    page.navigate(gateway.url() + "/#/deliveries");
    assertThat(page.locator("table tbody tr")).not().hasCount(0);
    assertHarmless(page);
  }

  @Test
  void outputs_that_could_run_are_downloads_wherever_they_are_opened() {
    Page page = open("#/jobs/" + job);
    assertThat(page.locator(".gallery a.output-face")).hasCount(2);
    for (String type : List.of("svg", "html")) {
      Locator face = page.locator(".output").filter(named("." + type)).locator("a.output-face");
      Download download = page.waitForDownload(face::click);
      assertThat(download.suggestedFilename()).endsWith("." + type).doesNotContain("\u202e");
      String url = download.url();
      Page typed = BROWSER.tab(page, gateway.url() + "/#/jobs");
      Download again =
          typed.waitForDownload(
              () -> {
                try {
                  typed.navigate(url);
                } catch (PlaywrightException aborted) {
                  // It is no page.
                }
              });
      assertThat(again.url()).isEqualTo(url);
      assertThat(typed.locator("gateway-app")).hasCount(1);
    }
    Page text = BROWSER.tab(page, gateway.url() + "/#/jobs");
    String index =
        page.locator(".output")
            .filter(named(".txt"))
            .locator("a[download]")
            .last()
            .getAttribute("href");
    text.navigate(gateway.url() + index);
    assertThat(text.locator("body")).containsText(SCRIPT);
    assertThat(text.evaluate("document.contentType")).isEqualTo("text/plain");
    // It has no origin, so even the icon of the gateway is kept from it.
    assertThat(BROWSER.faults()).allMatch(it -> it.contains("ERR_BLOCKED_BY_RESPONSE"));
    BROWSER.forgive();
  }

  private static Locator.FilterOptions named(String ending) {
    return new Locator.FilterOptions().setHasText(ending);
  }

  @Test
  void errors_of_ComfyUI_and_reasons_of_operators_are_text() {
    comfy.faults().failNextPrompts(1, io.comfygateway.simulator.Faults.Kind.ERROR);
    String failed = gateway.post("/webhook/hostile?respond=result", "{}").id();
    Page page = open("#/jobs/" + failed);
    assertThat(page.locator(".failure")).containsText(TAGS + "U+202E");
    assertHarmless(page);

    ObjectNode reason = JSON.createObjectNode().put("reason", HOSTILE);
    gateway.postWith("/backends/gpu/drain", TestGateway.ADMIN_KEY, reason.toString());
    try {
      page.navigate(gateway.url() + "/#/servers");
      assertThat(page.locator("article.server")).containsText(SHOWN);
      assertHarmless(page);
      String waits = gateway.post("/webhook/hostile", "{}").id();
      page.navigate(gateway.url() + "/#/jobs/" + waits);
      assertThat(page.locator("#now-title")).isVisible();
      assertHarmless(page);
      gateway.delete("/jobs/" + waits);
      page.navigate(gateway.url() + "/#/health");
      assertThat(page.locator("#health-parts")).isVisible();
      assertHarmless(page);
    } finally {
      gateway.postWith("/backends/gpu/resume", TestGateway.ADMIN_KEY, "");
    }
  }

  @Test
  void addresses_of_links_are_text() {
    Page page = open("#/jobs");
    String word = java.net.URLEncoder.encode(HOSTILE, StandardCharsets.UTF_8).replace("+", "%20");
    for (String hash :
        List.of(
            "#/jobs?workflow=" + word + "&since=" + word + "&metadata." + word + "=" + word,
            "#/jobs?caller=" + word + "&id=" + word,
            "#/jobs/" + word,
            "#/run/" + word,
            "#/run/hostile?from=" + word + "&use=" + word,
            "#/workflows/" + word,
            "#/workflows?q=" + word,
            "#/deliveries?target=" + word + "&status=" + word + "&kind=" + word,
            "#/deliveries/" + word,
            "#/numbers?span=" + word,
            "#/" + word,
            "#/jobs?target=javascript:alert(1)")) {
      page.navigate(gateway.url() + "/" + hash);
      assertThat(page.locator("main > *")).not().hasCount(0);
      assertHarmless(page);
      assertThat(page.locator("a[href^='javascript:']")).hasCount(0);
    }
  }
}
