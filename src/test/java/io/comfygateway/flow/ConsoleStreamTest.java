package io.comfygateway.flow;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import io.comfygateway.database.NewDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The console with very many jobs, with many tabs, and behind a proxy that buffers. */
@Tag("console")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleStreamTest {
  @RegisterExtension static final ConsoleBrowser BROWSER = new ConsoleBrowser();

  private static final int TABS = 8;
  private static final int STREAMS = 5;
  private static final int PAGE = 50;
  // Until all have been counted.
  private static final double PATIENCE_MS = 60_000;
  private static final long QUIET_MS = 46_000;
  private static final long STREAM_AGAIN_MS = 125_000;
  private static final String JOBS =
      """
      INSERT INTO job (id, owner, workflow, status, stage, priority, due_at, created_at, started_at, finished_at, facts)
      SELECT RANDOM_UUID(), 'alice', 'smoke@1',
        CASE MOD(x, 10) WHEN 0 THEN 'failed' WHEN 1 THEN 'cancelled' ELSE 'succeeded' END, 'done', 0, at, at, at, at, '{}'
      FROM (SELECT x, DATEADD('SECOND', 5 * (x - 10001), CURRENT_TIMESTAMP) AS at FROM SYSTEM_RANGE(1, 10000))""";

  private Comfy comfy;
  private TestGateway gateway;

  @BeforeAll
  void start(@TempDir Path data) throws SQLException {
    NewDatabase.copyTo(data);
    try (Connection database =
            DriverManager.getConnection("jdbc:h2:" + data.resolve("gateway"), "gateway", "");
        Statement statement = database.createStatement()) {
      assertThat(statement.executeUpdate(JOBS)).isEqualTo(10_000);
    }
    comfy = Comfy.start();
    gateway =
        TestGateway.start(
                data,
                comfy.url(),
                Map.of("gateway.events.max-streams-per-key", Integer.toString(STREAMS)))
            .ready();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
  }

  private static Locator connection(Page page) {
    return page.locator(".sidebar .connection");
  }

  private static Locator rows(Page page) {
    return page.locator("tr[data-job]");
  }

  private static Locator row(Page page, String job) {
    return page.locator("tr[data-job='" + job + "']");
  }

  private String succeeded(String key) {
    return gateway.postWith("/webhook/smoke?respond=result", key, "{}").id();
  }

  @Test
  void of_ten_thousand_jobs_a_page_reads_only_what_it_shows() {
    List<String> read = new CopyOnWriteArrayList<>();
    Page page = BROWSER.signIn(gateway, gateway.key(), "#/run");
    page.onRequest(request -> read.add(URI.create(request.url()).getPath()));
    page.navigate(gateway.url() + "/#/jobs");
    assertThat(rows(page)).hasCount(PAGE);
    assertThat(button(page, "Succeeded")).containsText("8,000");
    // Those that wait, those that ended, and the counts; no request for each row.
    assertThat(read.stream().filter(path -> path.equals("/jobs"))).hasSize(2);
    assertThat(read.stream().filter(path -> path.startsWith("/jobs/")))
        .containsOnly("/jobs/counts");

    button(page, "Older").click();
    assertThat(rows(page)).hasCount(2 * PAGE);
    String last = rows(page).last().getAttribute("data-job");
    rows(page).last().locator("a.job-name").click();
    assertThat(page.locator(".job-ident")).containsText(last);
    page.goBack();
    assertThat(rows(page)).hasCount(2 * PAGE);
    assertThat(row(page, last)).isInViewport();

    button(page, "Failed").click();
    assertThat(page).hasURL(Pattern.compile("status=failed"));
    assertThat(rows(page).filter(new Locator.FilterOptions().setHasText("Succeeded"))).hasCount(0);
    assertThat(rows(page)).hasCount(PAGE);
    button(page, "Failed").click();
    rows(page).first().getByRole(AriaRole.CHECKBOX).click();
    button(page, "All that match…").click();
    assertThat(page.locator("dialog[open]"))
        .containsText(
            "10,000 jobs match",
            new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MS));
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    page.keyboard().press("Escape");

    String job = succeeded(gateway.key());
    button(page, "1 new job").click();
    assertThat(rows(page).first()).hasAttribute("data-job", job);
    assertThat(rows(page)).hasCount(PAGE);
  }

  @Test
  void eight_tabs_share_one_stream() {
    Page first = BROWSER.signIn(gateway, TestGateway.RUN_ONLY_KEY, "#/jobs");
    List<Page> tabs = new ArrayList<>(List.of(first));
    while (tabs.size() < TABS) {
      tabs.add(BROWSER.tab(first, gateway.url() + "/#/jobs"));
    }
    // Were there one for each, the gateway would refuse the last of them.
    tabs.forEach(tab -> assertThat(connection(tab)).hasText("Live"));

    String job = succeeded(TestGateway.RUN_ONLY_KEY);
    tabs.forEach(tab -> assertThat(row(tab, job)).isVisible());
  }

  @Test
  void where_a_proxy_buffers_the_page_polls_and_says_so() throws IOException {
    String key = TestGateway.OTHER_KEY;
    try (Wire proxy = Wire.to(URI.create(gateway.url()).getPort())) {
      Page page =
          ConsoleBrowser.signIn(
              BROWSER.visit(
                  proxy.url() + "/#/jobs",
                  new Browser.NewContextOptions(),
                  context -> {
                    context.clock().install();
                    // Its clock cannot be set.
                    context.addInitScript("delete window.SharedWorker");
                  }),
              key);
      assertThat(page.locator(".empty")).isVisible();
      assertThat(connection(page)).hasText("Connecting…");
      for (int mute = 0; mute < 3; mute++) {
        page.context().clock().fastForward(QUIET_MS);
      }
      assertThat(connection(page)).hasText("Updates every 5 s");

      String first = succeeded(key);
      page.context().clock().fastForward(5_000);
      button(page, "1 new job").click();
      assertThat(row(page, first)).isVisible();
      ConsoleBrowser.assertAccessible(page);

      proxy.stream();
      page.context().clock().fastForward(STREAM_AGAIN_MS);
      assertThat(connection(page)).hasText("Live");
      String second = succeeded(key);
      button(page, "1 new job").click();
      assertThat(row(page, second)).isVisible();
      page.close();
    }
  }
}
