package io.comfygateway.flow;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a person does on the pages of the console that run workflows and show their jobs. */
@Tag("console")
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleJobsTest {
  @RegisterExtension static final ConsoleBrowser BROWSER = new ConsoleBrowser();

  private static final int NARROW = 320;
  private static final Pattern LIVE = Pattern.compile("Live");
  private static final String RIGHT_TO_LEFT = "\\u202egnp.exe <img src=x onerror=alert(1)>";

  private TestGateway gateway;
  private Comfy comfy;

  @BeforeAll
  void start(TestGateway shared, Comfy servers) {
    gateway = shared;
    comfy = servers;
  }

  private Page at(String hash) {
    return at(gateway, hash, new Browser.NewContextOptions());
  }

  private static Page at(TestGateway of, String hash, Browser.NewContextOptions options) {
    Page page = BROWSER.visit(of.url() + "/" + hash, options);
    page.getByLabel("API key").fill(of.key());
    page.getByLabel("API key").press("Enter");
    assertThat(page.getByRole(AriaRole.HEADING).first()).not().hasText("Sign in");
    return page;
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
  }

  private static Locator heading(Page page, String text) {
    return page.getByRole(
        AriaRole.HEADING, new Page.GetByRoleOptions().setName(text).setExact(true));
  }

  private String succeeded(int color, String metadata) {
    return gateway
        .post(
            "/webhook/smoke?respond=result",
            "{\"inputs\":{\"color\":%d},\"metadata\":%s}".formatted(color, metadata))
        .id();
  }

  private static Locator row(Page page, String job) {
    return page.locator("tr[data-job='" + job + "']");
  }

  @Test
  void a_workflow_is_picked_run_and_its_job_looked_at() {
    Page page = at("#/run");
    page.getByLabel("Search workflows").fill("smoke");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Smoke test")).click();
    page.getByLabel("Color", new Page.GetByLabelOptions().setExact(true)).fill("4711");
    page.keyboard().press("Control+Enter");

    Locator result = page.locator(".result");
    assertThat(result).containsText("Succeeded");
    assertThat(result.locator("img")).isVisible();
    result
        .getByRole(AriaRole.LINK)
        .filter(new Locator.FilterOptions().setHasText(Pattern.compile("^[0-9a-f]{8}$")))
        .click();
    assertThat(heading(page, "smoke@1")).isVisible();
    assertThat(page.locator(".input-list")).containsText("4711");
    button(page, "Open smoke").click();
    assertThat(page.getByRole(AriaRole.DIALOG).locator("img")).isVisible();
    page.keyboard().press("Escape");
    assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
  }

  @Test
  void a_refused_value_is_said_beside_its_field_and_the_form_survives_a_reload() {
    Page page = at("#/run/smoke");
    Locator width = page.getByLabel("Width", new Page.GetByLabelOptions().setExact(true));
    width.fill("99999");
    page.locator(".run-button").click();

    assertThat(page.locator("#field-width-error")).containsText("4096");
    assertThat(width).isFocused();
    page.reload();
    assertThat(width).hasValue("99999");
    page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("curl")).click();
    assertThat(page.locator(".code pre")).containsText("$GATEWAY_KEY");
    assertThat(page.locator(".code pre")).containsText("\"width\": 99999");
  }

  @Test
  void new_jobs_wait_behind_a_bar_and_filters_are_in_the_address() {
    String first = succeeded(1, "{\"order\":\"a1\"}");
    Page page = at("#/jobs");
    assertThat(row(page, first)).isVisible();

    comfy.hold();
    String second = gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":2}}").id();
    button(page, "1 new job").click();
    assertThat(row(page, second)).isVisible();
    comfy.release();
    assertThat(row(page, second)).containsText("Succeeded");

    page.getByLabel("Workflow, job id, or field=value").fill("order=a1");
    page.keyboard().press("Enter");
    assertThat(page).hasURL(Pattern.compile("metadata\\.order=a1"));
    assertThat(row(page, second)).hasCount(0);
    assertThat(row(page, first)).isVisible();
    page.getByLabel("Workflow, job id, or field=value").fill(second.substring(0, 8) + "-");
    button(page, "Remove this filter").click();
    page.getByLabel("Workflow, job id, or field=value").press("Enter");
    assertThat(row(page, second)).isVisible();
    assertThat(row(page, first)).hasCount(0);
  }

  @Test
  void waiting_jobs_are_ticked_and_cancelled_together() {
    comfy.hold();
    List<String> jobs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      jobs.add(
          gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":%d}}".formatted(100 + i)).id());
    }
    Page page = at("#/jobs?status=queued,running");
    jobs.forEach(job -> row(page, job).getByRole(AriaRole.CHECKBOX).click());
    button(page, "Cancel 3 jobs").click();
    page.getByRole(AriaRole.DIALOG)
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Cancel 3 jobs"))
        .click();

    jobs.forEach(job -> gateway.await(job, "cancelled"));
    jobs.forEach(job -> assertThat(row(page, job)).containsText("Cancelled"));
    comfy.release();
  }

  @Test
  void the_next_person_in_a_tab_sees_nothing_of_the_one_before() {
    String job = succeeded(4, "{}");
    Page page = at("#/run/smoke");
    page.getByLabel("Width", new Page.GetByLabelOptions().setExact(true)).fill("96");
    page.navigate(gateway.url() + "/#/jobs");
    assertThat(row(page, job)).isVisible();
    button(page, "Sign out").click();
    page.getByLabel("API key").fill(TestGateway.OTHER_KEY);
    page.getByLabel("API key").press("Enter");

    assertThat(page.locator(".who-name")).hasText("bob");
    assertThat(page.locator("main h1")).hasText("Jobs");
    assertThat(row(page, job)).hasCount(0);
    page.navigate(gateway.url() + "/#/run/smoke");
    assertThat(page.getByLabel("Width", new Page.GetByLabelOptions().setExact(true)))
        .not()
        .hasValue("96");
  }

  @Test
  void hostile_texts_are_shown_as_text() {
    String job =
        succeeded(3, "{\"note\":\"" + RIGHT_TO_LEFT + "\",\"batch\":\"" + RIGHT_TO_LEFT + "\"}");
    Page page = at("#/jobs");
    assertThat(row(page, job)).containsText("U+202Egnp.exe <img src=x");
    row(page, job).getByRole(AriaRole.LINK).click();

    assertThat(page.locator(".facts")).containsText("U+202Egnp.exe <img src=x onerror=alert(1)>");
    assertThat(page.locator("img[src='x']")).hasCount(0);
  }

  @Test
  void a_failed_job_says_why_and_what_to_do() {
    comfy.faults().failNextPrompts(1, io.comfygateway.simulator.Faults.Kind.ERROR);
    String job = gateway.post("/webhook/smoke?respond=result", "{\"inputs\":{\"color\":77}}").id();
    Page page = at("#/jobs/" + job);

    assertThat(page.getByLabel("Why it failed")).containsText("What to do:");
    ConsoleBrowser.assertAccessible(page);
    button(page, "Run again").click();
    assertThat(page).not().hasURL(Pattern.compile(job));
    assertThat(page.locator(".page-head")).containsText("Succeeded");
  }

  @Test
  void the_timeline_has_each_attempt_and_each_node_and_the_list_the_prompt() {
    comfy.faults().failNextPrompts(1, io.comfygateway.simulator.Faults.Kind.OUT_OF_MEMORY);
    String job =
        gateway
            .post(
                "/webhook/txt2img?respond=result",
                "{\"inputs\":{\"prompt\":\"a lighthouse\\n at dawn\",\"width\":64,\"height\":64,\"steps\":2}}")
            .id();
    Page page = at("#/jobs");
    assertThat(row(page, job).getByRole(AriaRole.LINK)).hasText("a lighthouse at dawn");
    row(page, job).getByRole(AriaRole.LINK).click();

    assertThat(page.locator(".timeline li"))
        .containsText(
            new String[] {
              "Accepted",
              "Waited",
              "attempt 1",
              "out of memory",
              "attempt 2",
              "KSampler",
              "1 output"
            });
  }

  @Test
  void each_page_fits_a_narrow_screen_and_breaks_no_rule_of_accessibility() {
    String job = succeeded(5, "{}");
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      Page page =
          at(
              gateway,
              "#/run",
              new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(NARROW, 700));
      for (String hash : List.of("#/run", "#/run/img2img", "#/jobs", "#/jobs/" + job)) {
        page.navigate(gateway.url() + "/" + hash);
        assertThat(page.locator("main h1")).isVisible();
        assertThat(page.locator(".skeletons")).hasCount(0);
        ConsoleBrowser.assertAccessible(page);
        assertThat(page.locator("html").evaluate("html => html.scrollWidth"))
            .as(hash)
            .isEqualTo(NARROW);
      }
      button(page, "Open the menu").click();
      assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
      ConsoleBrowser.assertAccessible(page);
    }
  }

  @Test
  void keys_move_through_the_list_and_can_be_switched_off() {
    String job = succeeded(6, "{}");
    Page page = at("#/jobs");
    assertThat(row(page, job)).isVisible();
    page.keyboard().press("j");
    assertThat(row(page, job).getByRole(AriaRole.LINK)).isFocused();
    page.keyboard().press("x");
    assertThat(row(page, job).getByRole(AriaRole.CHECKBOX)).isChecked();
    page.keyboard().press("?");
    page.getByLabel("Use shortcuts of single keys").click();
    page.keyboard().press("Escape");
    page.keyboard().press("?");
    assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
  }

  @Test
  void an_open_page_is_live_again_after_the_gateway_was_restarted(@TempDir Path data)
      throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Map<String, String> settings = Map.of("gateway.port", Integer.toString(port));
    Page page;
    try (TestGateway before = TestGateway.start(data, comfy.url(), settings)) {
      page = at(before, "#/jobs", new Browser.NewContextOptions());
      assertThat(page.locator(".sidebar .connection")).hasText(LIVE);
    }
    assertThat(page.locator(".sidebar .connection")).hasText("Connecting…");
    try (TestGateway after = TestGateway.start(data, comfy.url(), settings)) {
      assertThat(page.locator(".sidebar .connection")).hasText(LIVE);
      String job = after.post("/webhook/smoke?respond=result", "{}").id();
      assertThat(row(page, job)).isVisible();
      // The browser says of each try that nobody listened.
      BROWSER.forgive();
      page.close();
    }
  }
}
