package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real browser for a test class: register it as a static extension. Each {@link #visit} is a
 * person of its own, without cookies. A test fails if one of its pages logs an error, breaks the
 * policy of the page or loads something from elsewhere. The class is skipped where there is no
 * Chromium.
 */
final class ConsoleBrowser implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  /** A name that the browser takes for another machine, so that plain HTTP is not trusted. */
  static final String LAN = "lan.example";

  private static final List<String> RULES =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa");
  private static final List<String> RULES_OF_COLORS =
      List.of("color-contrast", "link-in-text-block");
  // The page is answered 401 until somebody signs in, and shows that itself.
  private static final String STATUS =
      "Failed to load resource: the server responded with a status";
  // So says the browser of every page on plain HTTP.
  private static final String UNTRUSTED = "The Cross-Origin-Opener-Policy header has been ignored";
  private static final List<String> EXPECTED = List.of(STATUS, UNTRUSTED);
  private static final String KEY = "input[type=password]";
  private static final Path FAILED = Path.of("target/console-failed");
  private static final double PATIENCE_MS = 20_000;

  private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
  private final List<BrowserContext> visits = new ArrayList<>();
  private Playwright playwright;
  private Browser browser;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
    Path programs = Installed.packages("chromium");
    // Otherwise it downloads browsers of its own.
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(programs.resolve("chromium"))
                    .setHeadless(true)
                    .setArgs(
                        List.of(
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                            "--host-resolver-rules=MAP *.example 127.0.0.1")));
  }

  /** Opens a URL as a person who has not been here before. */
  Page visit(String url) {
    return visit(url, new Browser.NewContextOptions());
  }

  /** The same with a language, a size or a color scheme. */
  Page visit(String url, Browser.NewContextOptions options) {
    return visit(url, options, context -> {});
  }

  /** The same in a browser that is prepared before it opens a page. */
  Page visit(String url, Browser.NewContextOptions options, Consumer<BrowserContext> prepare) {
    // Colors that still change have another contrast.
    BrowserContext context = browser.newContext(options.setReducedMotion(ReducedMotion.REDUCE));
    prepare.accept(context);
    context.setDefaultTimeout(PATIENCE_MS);
    visits.add(context);
    context.addInitScript(
        "document.addEventListener('securitypolicyviolation', (event) => console.error("
            + "'policy: ' + event.violatedDirective + ' ' + event.blockedURI));");
    return open(context, url);
  }

  /** Opens a page of the console, such as {@code #/jobs}, as a person who signs in with a key. */
  Page signIn(TestGateway gateway, String key, String hash) {
    return signIn(gateway, key, hash, new Browser.NewContextOptions());
  }

  /** The same with a language, a size or a color scheme. */
  Page signIn(TestGateway gateway, String key, String hash, Browser.NewContextOptions options) {
    return signIn(visit(gateway.url() + "/" + hash, options), key);
  }

  /** Signs in on a page that asks for it. */
  static Page signIn(Page page, String key) {
    page.locator(KEY).fill(key);
    page.locator(KEY).press("Enter");
    PlaywrightAssertions.assertThat(page.locator(".outside")).hasCount(0);
    return page;
  }

  /** One more tab of the same person. */
  Page tab(Page of, String url) {
    return open(of.context(), url);
  }

  private Page open(BrowserContext context, String url) {
    String origin = origin(url);
    Page page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error")
              && EXPECTED.stream().noneMatch(message.text()::startsWith)) {
            faults.add("console: " + message.text());
          }
        });
    page.onPageError(error -> faults.add("script: " + error));
    // No page of the console opens one; the scripts of hostile texts in these tests do.
    page.onDialog(
        dialog -> {
          faults.add("dialog: " + dialog.message());
          dialog.dismiss();
        });
    page.onRequest(
        request -> {
          if (request.url().startsWith("http") && !origin(request.url()).equals(origin)) {
            faults.add("foreign: " + request.url());
          }
        });
    page.navigate(url);
    return page;
  }

  private static String origin(String url) {
    URI uri = URI.create(url);
    return uri.getScheme() + "://" + uri.getAuthority();
  }

  /** Demands that a page, as it is now, breaks no rule of WCAG at A and AA that axe knows. */
  static void assertAccessible(Page page) {
    assertAccessible(page, new AxeBuilder(page).withTags(RULES));
  }

  private static void assertAccessible(Page page, AxeBuilder axe) {
    // Otherwise axe opens a second page for its results, for the sake of frames, which no page has.
    List<Rule> violations = axe.setLegacyMode(true).analyze().getViolations();
    assertThat(violations)
        .as("axe at " + page.url())
        .extracting(rule -> rule.getId() + ": " + rule.getHelp() + " " + rule.getNodes())
        .isEmpty();
  }

  /** The same in the light and in the dark, which differ in nothing but colors. */
  static void assertAccessibleInBothSchemes(Page page) {
    show(page, ColorScheme.DARK);
    assertAccessible(page, new AxeBuilder(page).withRules(RULES_OF_COLORS));
    show(page, ColorScheme.LIGHT);
    assertAccessible(page);
  }

  private static void show(Page page, ColorScheme scheme) {
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
  }

  /** Forgets what the pages of this test have done wrong so far, which it has provoked. */
  void forgive() {
    faults.clear();
  }

  /** What the pages of this test have done wrong so far. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      photograph(context.getRequiredTestMethod().getName());
    }
    visits.forEach(BrowserContext::close);
    visits.clear();
    List<String> found = List.copyOf(faults);
    faults.clear();
    if (context.getExecutionException().isEmpty()) {
      assertThat(found).isEmpty();
    }
  }

  // For whoever has to find out why it failed.
  private void photograph(String name) {
    int number = 0;
    for (BrowserContext visit : visits) {
      for (Page page : visit.pages()) {
        page.screenshot(
            new Page.ScreenshotOptions()
                .setPath(FAILED.resolve("%s-%d.png".formatted(name, ++number))));
      }
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (playwright != null) {
      playwright.close();
    }
  }
}
