package io.comfygateway.flow;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.sun.net.httpserver.HttpServer;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What an operator does on the pages of workflows, servers, deliveries, keys, health and figures.
 */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("console")
class ConsoleOperationsTest {
  @RegisterExtension static final ConsoleBrowser BROWSER = new ConsoleBrowser();

  private static final String ADMIN = TestGateway.ADMIN_KEY;
  private static final String HOSTILE =
      "<img src=x onerror=alert(1)><script>alert(2)</script> \u202egnp.exe";
  private static final List<String> PAGES =
      List.of("workflows", "workflows/smoke", "servers", "deliveries", "keys", "health", "numbers");

  private final AtomicInteger received = new AtomicInteger();
  private TestGateway gateway;
  private HttpServer receiver;
  private volatile int answers = 400;

  @BeforeAll
  void start(TestGateway shared) throws IOException {
    gateway = shared;
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        call -> {
          call.getRequestBody().readAllBytes();
          received.incrementAndGet();
          byte[] body = HOSTILE.getBytes(StandardCharsets.UTF_8);
          call.sendResponseHeaders(answers, body.length);
          call.getResponseBody().write(body);
          call.close();
        });
    receiver.start();
  }

  @AfterAll
  void stop() {
    receiver.stop(0);
  }

  private Page open(String page, String key, Browser.NewContextOptions options) {
    Page opened = BROWSER.visit(gateway.url() + "/#/" + page, options);
    opened.locator("input[type=password]").fill(key);
    opened.locator("input[type=password]").press("Enter");
    assertThat(heading(opened)).isVisible();
    return opened;
  }

  private Page open(String page) {
    return open(page, ADMIN, new Browser.NewContextOptions());
  }

  private static Locator heading(Page page) {
    return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1))
        .and(page.locator("main:not(.outside) h1"));
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator dialog(Page page) {
    return page.locator("dialog[open]");
  }

  private static Locator inDialog(Page page, String name) {
    return dialog(page)
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
  }

  private String deadDelivery() {
    String job =
        gateway
            .post(
                "/webhook/smoke?respond=result",
                "{\"inputs\":{\"width\":64,\"height\":64},\"callback\":{\"url\":\"http://%s/hook\"}}"
                    .formatted(target()))
            .id();
    return gateway
        .await(job, it -> "dead".equals(it.at("/deliveries/0/status").asText()))
        .at("/deliveries/0/id")
        .asText();
  }

  private String target() {
    return "127.0.0.1:" + receiver.getAddress().getPort();
  }

  @Test
  void a_server_is_drained_for_a_reason_and_resumed() {
    String server = gateway.getWith("/backends", ADMIN).json().at("/backends/0/name").asText();
    Page page = open("servers");
    Locator card = page.locator("article.server").first();
    assertThat(card).containsText(server);

    button(page, "Drain").first().click();
    assertThat(dialog(page)).containsText("It is the last server that takes jobs");
    dialog(page).locator("input").fill("new driver");
    ConsoleBrowser.assertAccessible(page);
    inDialog(page, "Drain").click();
    try {
      assertThat(card).containsText("Draining");
      assertThat(card).containsText("new driver");
      ConsoleBrowser.assertAccessible(page);
      Page health = BROWSER.tab(page, gateway.url() + "/#/health");
      assertThat(health.locator(".notice.warn")).containsText("No server takes jobs");
      assertThat(health.locator(".notice.warn")).containsText(server + ": ");
      assertThat(health.locator(".notice.good")).hasCount(0);
      health.navigate(gateway.url() + "/#/nothing");
      assertThat(health.locator("#toasts")).containsText("There is no page #/nothing.");
    } finally {
      button(page, "Resume").click();
      inDialog(page, "Resume").click();
      assertThat(card).containsText("Answers and takes jobs.");
    }
    assertThat(gateway.getWith("/backends", ADMIN).json().at("/backends/0/drain").asBoolean())
        .isFalse();
  }

  @Test
  void a_dead_letter_shows_each_try_as_text_and_is_sent_again() {
    answers = 400;
    String id = deadDelivery();
    Page page = open("deliveries?target=" + target() + "&status=dead");
    Locator row = page.locator("table.clickable tbody tr").first();
    assertThat(row).containsText("400");
    ConsoleBrowser.assertAccessible(page);

    page.navigate(gateway.url() + "/#/deliveries/" + id);
    Locator tries = page.locator(".attempts > li");
    assertThat(tries).hasCount(1);
    assertThat(tries.first()).containsText("<img src=x onerror=alert(1)>");
    assertThat(page.locator("main img[src=x]")).hasCount(0);
    ConsoleBrowser.assertAccessible(page);

    answers = 200;
    int before = received.get();
    button(page, "Send again").click();
    assertThat(page.locator("h1 + .head-line")).containsText("Delivered");
    assertThat(received.get()).isGreaterThan(before);
    assertThat(tries).hasCount(2);
    assertThat(tries.first()).containsText("Try 2");
    assertThat(tries.first()).containsText("Sent again");
    assertThat(tries.last()).containsText("Try 1");
    assertThat(tries.last()).not().containsText("Sent again");
  }

  @Test
  void all_dead_letters_of_a_receiver_are_sent_again_with_their_number_in_the_button() {
    answers = 400;
    deadDelivery();
    deadDelivery();
    JsonNode counts =
        gateway.getWith("/deliveries/counts?caller=*&status=dead&target=" + target(), ADMIN).json();
    int dead = counts.at("/targets/0/dead").asInt();
    assertThat(dead).isGreaterThan(1);
    Page page = open("deliveries?target=" + target() + "&status=dead");

    answers = 200;
    button(page, "Send all " + dead + " dead ones again").click();
    assertThat(dialog(page)).containsText("Filter: Dead, to " + target());
    inDialog(page, "Send " + dead + " again").click();

    assertThat(page.locator("#toasts")).containsText(dead + " deliveries are due again.");
    assertThat(page.locator(".empty")).containsText("No delivery matches");
  }

  @Test
  void a_test_is_sent_to_a_destination() {
    Page page = open("deliveries");

    button(page, "Send a test to archive").click();

    assertThat(page.locator("#toasts")).containsText("archive took the test");
  }

  @Test
  void a_key_is_created_shown_once_and_revoked_by_its_typed_name() {
    Page page = open("keys");
    button(page, "Create a key").click();
    dialog(page).locator("input[name=name]").fill("console-made");
    ConsoleBrowser.assertAccessible(page);
    inDialog(page, "Create a key").click();
    String secret = dialog(page).locator(".secret code").textContent().strip();
    page.keyboard().press("Escape");
    page.mouse().click(5, 5);
    assertThat(dialog(page).locator(".secret code")).isVisible();
    ConsoleBrowser.assertAccessible(page);
    assertThat(gateway.getWith("/jobs", secret).status()).isEqualTo(200);
    inDialog(page, "I have copied it").click();
    assertThat(dialog(page)).hasCount(0);
    assertThat(page.locator("main")).not().containsText(secret);

    button(page, "Revoke console-made").click();
    assertThat(inDialog(page, "Revoke")).isDisabled();
    dialog(page).locator("input").fill("console-mad");
    assertThat(inDialog(page, "Revoke")).isDisabled();
    dialog(page).locator("input").fill("console-made");
    inDialog(page, "Revoke").click();
    assertThat(button(page, "Revoke console-made")).hasCount(0);
    assertThat(gateway.getWith("/jobs", secret).status()).isEqualTo(401);
  }

  @Test
  void a_session_is_listed_and_ended() {
    Answer made =
        gateway.postWith("/keys", ADMIN, "{\"name\": \"console-visitor\", \"scopes\": [\"run\"]}");
    Page visitor =
        open("workflows", made.json().path("secret").asText(), new Browser.NewContextOptions());
    Page page = open("keys");
    assertThat(page.locator("section[aria-labelledby=sessions]")).containsText("console-visitor");

    button(page, "End the session of console-visitor").click();

    assertThat(page.locator("section[aria-labelledby=sessions]"))
        .not()
        .containsText("console-visitor");
    visitor.reload();
    assertThat(visitor.locator("input[type=password]")).isVisible();
  }

  @Test
  void a_workflow_says_where_it_runs_and_is_found_by_its_name() {
    Page page = open("workflows");
    page.locator("[data-search]").fill("smoke");
    assertThat(page.locator(".workflow-row")).hasCount(1);
    page.locator("[data-search]").fill("no such thing");
    assertThat(page.locator(".empty")).containsText("No workflow matches");
    page.locator("[data-search]").fill("smoke");

    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Smoke test").setExact(true))
        .click();

    assertThat(page.locator("section[aria-labelledby=workflow-servers]"))
        .containsText("Can run it");
    assertThat(page.locator("section[aria-labelledby=workflow-inputs]")).containsText("width");
  }

  @Test
  void figures_lead_to_their_rows() {
    gateway.post("/webhook/smoke?respond=result", "{\"inputs\":{\"width\":64,\"height\":64}}");
    Page page = open("numbers?span=hour");
    assertThat(page.locator("step-chart canvas").first()).isVisible();
    page.locator("summary").first().click();
    ConsoleBrowser.assertAccessible(page);

    int ended = Integer.parseInt(page.locator(".tile a").first().textContent());
    page.locator(".tile a").first().click();

    assertThat(page).hasURL(Pattern.compile(".*#/jobs\\?.*finished_after=.*finished_before=.*"));
    assertThat(page.locator(".jobs-table tbody tr")).hasCount(Math.min(50, ended));
  }

  @Test
  void a_key_that_may_only_run_sees_no_pages_and_buttons_of_operators() {
    Page page = open("workflows", TestGateway.RUN_ONLY_KEY, new Browser.NewContextOptions());
    Locator pages = page.getByRole(AriaRole.NAVIGATION).first();
    assertThat(pages).containsText("Workflows");
    assertThat(pages).not().containsText("Servers");
    assertThat(pages).not().containsText("Keys");
    assertThat(pages).not().containsText("Health");
    assertThat(page.locator(".drop-file")).hasCount(0);
  }

  @Test
  void every_page_is_accessible_in_the_dark_in_German_and_on_a_small_screen() {
    Page page =
        open(
            "workflows",
            ADMIN,
            new Browser.NewContextOptions()
                .setColorScheme(ColorScheme.DARK)
                .setLocale("de-DE")
                .setViewportSize(320, 640));
    for (String name : PAGES) {
      page.navigate(gateway.url() + "/#/" + name);
      assertThat(page.locator(".skeletons")).hasCount(0);
      assertThat(heading(page)).isVisible();
      ConsoleBrowser.assertAccessible(page);
      assertThat((Boolean) page.locator("html").evaluate("it => it.scrollWidth <= it.clientWidth"))
          .as("%s at 320 px", name)
          .isTrue();
    }
  }
}
