package io.comfygateway.flow;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.comfygateway.flow.TestGateway.Answer;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the console shows and offers to keys of different rights, and when a key loses them. */
@Tag("console")
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleRightsTest {
  @RegisterExtension static final ConsoleBrowser BROWSER = new ConsoleBrowser();

  private static final String RUN = "{\"inputs\":{\"color\":%d}}";
  // What a person can do with the tools of the browser: the page's own request, for another thing.
  private static final String ASK =
      """
      async ([method, path]) => (await fetch(path, {method,
        headers: {'X-Gateway-Console': '1', 'Content-Type': 'application/json'}})).status""";

  private TestGateway gateway;

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
  }

  private String key(String name, String scope) {
    Answer made =
        gateway.postWith(
            "/keys",
            TestGateway.ADMIN_KEY,
            "{\"name\":\"%s\",\"scopes\":[\"%s\"]}".formatted(name, scope));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return made.json().path("secret").asText();
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator dialog(Page page) {
    return page.locator("dialog[open]");
  }

  private static Locator row(Page page, String job) {
    return page.locator("tr[data-job='" + job + "']");
  }

  private static int status(Page page, String method, String path) {
    return (int) page.evaluate(ASK, List.of(method, path));
  }

  private String succeeded(String key, int color) {
    return gateway.postWith("/webhook/smoke?respond=result", key, RUN.formatted(color)).id();
  }

  @Test
  void two_people_at_work_see_nothing_of_each_other() {
    String annesKey = key("rights-anne", "run");
    String bensKey = key("rights-ben", "run");
    Page anne = BROWSER.signIn(gateway, annesKey, "#/jobs");
    Page ben = BROWSER.signIn(gateway, bensKey, "#/jobs");
    for (Page page : List.of(anne, ben)) {
      assertThat(page.locator(".empty")).containsText("No job");
      assertThat(page.locator(".sidebar .connection")).hasText("Live");
    }

    String annes = succeeded(annesKey, 501);
    assertThat(row(anne, annes)).isVisible();
    String bens = succeeded(bensKey, 502);
    assertThat(row(ben, bens)).isVisible();

    assertThat(ben.locator("tr[data-job]")).hasCount(1);
    assertThat(anne.locator("tr[data-job]")).hasCount(1);
    assertThat(ben.locator("main")).not().containsText("new job");
    for (String path :
        List.of("", "/inputs", "/outputs/0", "/preview", "/events", "/outputs.zip")) {
      assertThat(status(ben, "GET", "/jobs/" + annes + path)).as(path).isEqualTo(404);
    }
    assertThat(status(ben, "DELETE", "/jobs/" + annes)).isEqualTo(404);
    assertThat(status(ben, "POST", "/jobs/" + annes + "/retry")).isEqualTo(404);
    assertThat(status(ben, "GET", "/jobs?caller=rights-anne")).isEqualTo(403);
    ben.navigate(gateway.url() + "/#/jobs?caller=rights-anne");
    assertThat(ben.locator(".notice.bad")).isVisible();
    assertThat(button(ben, "Try again")).hasCount(0);
    ben.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Show my jobs")).click();
    assertThat(row(ben, bens)).isVisible();
    ben.navigate(gateway.url() + "/#/jobs/" + annes);
    assertThat(ben.locator(".empty")).containsText("There is no such job");
  }

  @Test
  void whoever_may_only_read_sees_the_jobs_of_all_and_can_change_nothing() {
    String job = succeeded(gateway.key(), 503);
    Page page = BROWSER.signIn(gateway, key("rights-reader", "read-all"), "#/jobs?caller=*");
    assertThat(row(page, job)).isVisible();
    row(page, job).getByRole(AriaRole.CHECKBOX).click();
    assertThat(page.locator(".bulk")).isVisible();
    assertThat(page.locator(".bulk button")).hasCount(1);
    assertThat(page.locator("main a[href='#/run']")).hasCount(0);

    page.navigate(gateway.url() + "/#/jobs/" + job);
    assertThat(page.locator(".gallery img")).isVisible();
    assertThat(page.locator(".page-head .actions").locator("button, a")).hasCount(0);
    ConsoleBrowser.assertAccessible(page);
    page.navigate(gateway.url() + "/#/servers");
    assertThat(page.locator("article.server")).isVisible();
    assertThat(page.locator("article.server button")).hasCount(0);
    assertThat(page.locator(".sidebar nav")).not().containsText("Keys");

    for (String path :
        List.of("/jobs/" + job + "/retry", "/jobs/" + job + "/redeliver", "/webhook/smoke")) {
      assertThat(status(page, "POST", path)).as(path).isEqualTo(403);
    }
    assertThat(status(page, "DELETE", "/jobs/" + job)).isEqualTo(403);
    assertThat(status(page, "GET", "/keys")).isEqualTo(403);
  }

  @Test
  void an_open_page_is_signed_out_when_its_key_is_revoked() {
    Page page = BROWSER.signIn(gateway, key("rights-leaver", "run"), "#/jobs");
    assertThat(page.locator(".sidebar .connection")).hasText("Live");
    Page other = BROWSER.tab(page, gateway.url() + "/#/run/smoke");
    assertThat(other.locator(".run-button")).isVisible();

    gateway.send(gateway.request("/keys/rights-leaver", TestGateway.ADMIN_KEY).DELETE());

    assertThat(page.getByLabel("API key")).isVisible();
    assertThat(page.locator(".outside")).containsText("You were signed out");
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    assertThat(other.getByLabel("API key")).isVisible();
    assertThat(other.locator("main")).not().containsText("smoke");
  }

  @Test
  void a_new_secret_takes_the_place_of_the_former_one() {
    String former = key("rights-rotated", "run");
    Page owner = BROWSER.signIn(gateway, former, "#/jobs");
    assertThat(owner.locator(".sidebar .connection")).hasText("Live");
    Page page = BROWSER.signIn(gateway, TestGateway.ADMIN_KEY, "#/keys");
    button(page, "Rotate rights-rotated").click();
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    dialog(page).locator("select[name=overlap]").selectOption("0");
    dialog(page).locator("button.primary").click();

    String secret = dialog(page).locator(".secret code").textContent().strip();
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    assertThat(secret).isNotEqualTo(former);
    assertThat(gateway.getWith("/jobs", secret).status()).isEqualTo(200);
    assertThat(gateway.getWith("/jobs", former).status()).isEqualTo(401);
    assertThat(owner.getByLabel("API key")).isVisible();
    dialog(page).locator("button.primary").click();
    assertThat(dialog(page)).hasCount(0);
    assertThat(page.locator("body")).not().containsText(secret);
  }
}
