package io.comfygateway.flow;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page at /docs in a browser, where neither the header of keys nor the URL is the usual one.
 */
@Tag("console")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocsInBrowserTest {
  @RegisterExtension final ConsoleBrowser browser = new ConsoleBrowser();

  private Comfy comfy;
  private TestGateway gateway;

  @BeforeAll
  void start(@TempDir Path data) {
    comfy = Comfy.start();
    gateway =
        TestGateway.start(
                data,
                comfy.url(),
                Map.of(
                    "gateway.auth-header",
                    "X-Studio-Key",
                    "gateway.public-url",
                    "https://elsewhere.example/comfy"))
            .ready();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  @Test
  void a_workflow_is_chosen_and_run_with_the_key_that_was_typed_in() {
    Page page = browser.visit("http://127.0.0.1:" + gateway.server().port() + "/docs");
    Locator documents = page.locator("#document");
    assertThat(page.locator("#operations-Jobs-listJobs")).isVisible();
    assertThat(documents).isHidden();

    page.locator(".btn.authorize").first().click();
    page.getByLabel("Value:").first().fill(TestGateway.KEY);
    page.locator(".auth-btn-wrapper .authorize").first().click();
    page.locator(".close-modal").first().click();
    documents.selectOption("/workflows/smoke/openapi.json");

    Locator run = page.locator("#operations-Submit-smoke");
    assertThat(page.locator("#operations-Jobs-listJobs")).isHidden();
    run.locator(".opblock-summary-control").click();
    run.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Execute")).click();
    // The example of Prefer is filled in: wait=30.
    assertThat(run.locator(".live-responses-table td.response-col_status").last())
        .containsText("200");
  }
}
