package io.comfygateway.flow;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.comfygateway.simulator.Faults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes the pictures of docs/console.md. It runs only by its name: {@code -Dtest=ConsolePictures}.
 */
@Tag("console")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsolePictures {
  @RegisterExtension static final ConsoleBrowser BROWSER = new ConsoleBrowser();

  private static final Path PICTURES = Path.of("docs/console");
  private static final long LARGEST = 150_000;
  // Those below the screen are loaded when somebody scrolls there.
  private static final String DRAWN =
      "all => all.every(one => one.complete || one.getBoundingClientRect().top > innerHeight)";
  private static final List<String> PROMPTS =
      List.of("a lighthouse at dawn", "a red fox in fresh snow", "a harbour in summer");

  private static String body(String prompt) {
    return "{\"inputs\":{\"prompt\":\"%s\",\"width\":256,\"height\":256,\"steps\":6},\"metadata\":{\"order\":\"1042\"}}"
        .formatted(prompt);
  }

  @Test
  void every_page_in_light_and_dark(@TempDir Path data) throws Exception {
    Files.createDirectories(PICTURES);
    try (Comfy comfy = Comfy.start();
        TestGateway gateway =
            TestGateway.start(
                data,
                "gpu-1=" + comfy.url(),
                Map.of("gateway.api-keys", "studio:" + TestGateway.KEY + ":run+admin+raw"))) {
      for (String prompt : PROMPTS) {
        gateway.post("/webhook/txt2img?respond=result", body(prompt));
      }
      String job =
          gateway
              .post(
                  "/webhook/smoke?respond=result",
                  "{\"callback_url\":\"http://127.0.0.1:9/hooks/comfyui\",\"inputs\":{\"color\":16744448}}")
              .id();
      comfy.faults().failNextPrompts(9, Faults.Kind.OUT_OF_MEMORY);
      String failed = gateway.post("/webhook/txt2img?respond=result", body("too large")).id();
      comfy.faults().failNextPrompts(0, Faults.Kind.ERROR);
      for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
        Page page =
            BROWSER.visit(
                gateway.url() + "/",
                new Browser.NewContextOptions()
                    .setColorScheme(scheme)
                    .setLocale("en-GB")
                    .setViewportSize(1120, 700));
        assertThat(page.getByLabel("API key")).isVisible();
        take(page, "sign-in", scheme);
        page.getByLabel("API key").fill(TestGateway.KEY);
        page.getByLabel("API key").press("Enter");
        assertThat(page.getByLabel("API key")).hasCount(0);
        for (List<String> each :
            List.of(
                List.of("run", "#/run"),
                List.of("form", "#/run/txt2img"),
                List.of("results", "#/run/smoke"),
                List.of("jobs", "#/jobs"),
                List.of("job", "#/jobs/" + job),
                List.of("failed", "#/jobs/" + failed),
                List.of("workflows", "#/workflows"),
                List.of("workflow", "#/workflows/txt2img"),
                List.of("servers", "#/servers"),
                List.of("deliveries", "#/deliveries"),
                List.of("keys", "#/keys"),
                List.of("health", "#/health"),
                List.of("numbers", "#/numbers"))) {
          // So that the page before is not taken for it.
          page.navigate("about:blank");
          page.navigate(gateway.url() + "/" + each.get(1));
          assertThat(page.locator("main h1")).isVisible();
          if (each.get(0).equals("results")) {
            page.locator(".run-button").click();
            assertThat(page.locator(".result img").first()).isVisible();
          }
          take(page, each.get(0), scheme);
        }
      }
    }
  }

  private static void take(Page page, String name, ColorScheme scheme) throws Exception {
    assertThat(page.locator(".skeletons")).hasCount(0);
    Awaitility.await().until(() -> page.locator("main img").evaluateAll(DRAWN).equals(true));
    Path file = PICTURES.resolve(name + "-" + scheme.name().toLowerCase(Locale.ROOT) + ".png");
    page.screenshot(new Page.ScreenshotOptions().setPath(file));
    assertThat(Files.size(file)).as(file.toString()).isLessThan(LARGEST);
  }
}
