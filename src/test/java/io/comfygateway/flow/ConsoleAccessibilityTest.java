package io.comfygateway.flow;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.simulator.Faults;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each page and each dialog, in the light and in the dark, against WCAG at A and AA. */
@Tag("console")
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleAccessibilityTest {
  @RegisterExtension static final ConsoleBrowser BROWSER = new ConsoleBrowser();

  private TestGateway gateway;
  private Comfy comfy;
  private String job;
  private String delivery;

  @BeforeAll
  void start(TestGateway shared, Comfy servers) throws Exception {
    gateway = shared.as(TestGateway.ADMIN_KEY);
    comfy = servers;
    try (CallbackInbox inbox = CallbackInbox.start(n -> 400)) {
      for (int color : List.of(601, 602)) {
        Answer made =
            gateway.post(
                "/webhook/smoke?respond=result",
                "{\"inputs\":{\"color\":%d},\"callback\":{\"url\":\"%s\"}}"
                    .formatted(color, inbox.url("/hook")));
        job = made.id();
        delivery =
            gateway
                .await(job, it -> "dead".equals(it.at("/deliveries/0/status").asText()))
                .at("/deliveries/0/id")
                .asText();
      }
    }
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name)).first();
  }

  private static Locator dialog(Page page) {
    return page.locator("dialog[open]");
  }

  private Page go(Page page, String hash) {
    page.navigate(gateway.url() + "/" + hash);
    assertThat(page.locator("main h1, main .empty").first()).isVisible();
    assertThat(page.locator(".skeletons")).hasCount(0);
    return page;
  }

  private static void assertDialogAccessible(Page page) {
    assertThat(dialog(page)).isVisible();
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    page.keyboard().press("Escape");
    assertThat(dialog(page)).hasCount(0);
  }

  @Test
  void pages() {
    Page page = BROWSER.visit(gateway.url() + "/");
    assertThat(page.getByLabel("API key")).isVisible();
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    ConsoleBrowser.signIn(page, gateway.key());
    for (String hash :
        List.of(
            "#/run",
            "#/run/txt2img",
            "#/run/nothing",
            "#/jobs",
            "#/jobs?status=failed&id=ffff",
            "#/jobs/" + job,
            "#/workflows",
            "#/workflows/smoke",
            "#/servers",
            "#/deliveries",
            "#/deliveries/" + delivery,
            "#/keys",
            "#/health",
            "#/numbers")) {
      ConsoleBrowser.assertAccessibleInBothSchemes(go(page, hash));
    }
  }

  @Test
  void jobs_that_wait_and_run() {
    comfy.hold();
    String running = gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":603}}").id();
    gateway.await(running, "running");
    gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":604}}");
    Page page = BROWSER.signIn(gateway, gateway.key(), "#/jobs");
    assertThat(page.locator("#active-title")).isVisible();
    page.locator("tr[data-job]").first().getByRole(AriaRole.CHECKBOX).click();
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    page.locator(".bulk .danger-quiet").click();
    assertDialogAccessible(page);
    go(page, "#/jobs/" + running);
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    go(page, "#/servers");
    assertThat(page.locator("article.server progress, article.server .lines")).isVisible();
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    comfy.release();
  }

  @Test
  void a_form_with_faults_and_its_results() {
    Page page = BROWSER.signIn(gateway, gateway.key(), "#/run/smoke");
    page.getByLabel("Width", new Page.GetByLabelOptions().setExact(true)).fill("99999");
    page.locator(".run-button").click();
    assertThat(page.locator("#field-width-error")).isVisible();
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    button(page, "Reset").click();
    comfy.faults().failNextPrompts(1, Faults.Kind.ERROR);
    page.getByLabel("Color", new Page.GetByLabelOptions().setExact(true)).fill("605");
    page.locator(".run-button").click();
    assertThat(page.locator(".result").first()).containsText("Failed");
    page.locator(".run-button").click();
    assertThat(page.locator(".result").first()).containsText("Succeeded");
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("curl")).click();
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    go(page, "#/run/img2img");
    button(page, "Earlier output").click();
    assertThat(dialog(page).locator(".pick-card").first()).isVisible();
    assertDialogAccessible(page);
  }

  @Test
  void the_viewer() {
    Page page = BROWSER.signIn(gateway, gateway.key(), "#/jobs/" + job);
    button(page, "Open smoke").click();
    assertThat(dialog(page).locator("img")).isVisible();
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    button(page, "Compare with another picture").click();
    assertThat(dialog(page).locator("img")).hasCount(2);
    assertDialogAccessible(page);
  }

  @Test
  void dialogs_of_operators() {
    Page page = BROWSER.signIn(gateway, gateway.key(), "#/jobs");
    page.locator("tr[data-job]").first().waitFor();
    page.keyboard().press("?");
    assertDialogAccessible(page);
    page.getByLabel("Time", new Page.GetByLabelOptions().setExact(true)).selectOption("other");
    assertDialogAccessible(page);
    go(page, "#/servers");
    button(page, "Drain").click();
    assertDialogAccessible(page);
    go(page, "#/deliveries?status=dead&caller=boss");
    button(page, "Send all").click();
    assertDialogAccessible(page);
    go(page, "#/keys");
    button(page, "Create a key").click();
    dialog(page).locator("summary").click();
    assertDialogAccessible(page);
    go(page, "#/keys");
    button(page, "Revoke").click();
    assertDialogAccessible(page);
  }
}
