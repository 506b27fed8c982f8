package io.comfygateway.flow;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route.FulfillOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import io.comfygateway.workflow.embedded.Media;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a person does with workflows in the console, from the file of a graph to its jobs, and from
 * a job to the next one.
 */
@Tag("console")
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleLibraryTest {
  @RegisterExtension static final ConsoleBrowser BROWSER = new ConsoleBrowser();

  private static final String NAME = "console-dawn";
  private static final String SEED = "9007199254740991";
  private static final String LARGE = "18446744073709551615";
  private static final String SMALL =
      "{\"inputs\":{\"prompt\":\"a dot\",\"width\":64,\"height\":64,\"steps\":1},\"metadata\":{\"large\":18446744073709551615}}";
  private static final String FOX = "a red fox in fresh snow";
  private static final String GRAPH =
      """
      {"1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": %d},
             "_meta": {"title": "Canvas"}},
       "2": {"class_type": "SaveImage", "inputs": {"filename_prefix": "dawn", "images": ["1", 0]}}}""";
  private static final String EDITOR =
      """
      {"version": 0.4, "links": [[1, 1, 0, 2, 0, "IMAGE"]], "nodes": [
        {"id": 1, "type": "EmptyImage", "title": "Canvas", "mode": 0, "inputs": [], "properties": {},
         "outputs": [{"name": "IMAGE", "type": "IMAGE"}], "widgets_values": [96, 64, 1, 4711]},
        {"id": 2, "type": "SaveImage", "mode": 0, "inputs": [{"name": "images", "type": "IMAGE", "link": 1}],
         "properties": {}, "outputs": [], "widgets_values": ["dawn"]}]}""";
  // Files come into a page only by the hand of a person, or so.
  private static final String DROPPED =
      """
      ([name, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(bytes), (it) => it.charCodeAt(0))], name));
        return data;
      }""";

  private TestGateway gateway;

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator heading(Page page, String text) {
    return page.getByRole(
        AriaRole.HEADING, new Page.GetByRoleOptions().setName(text).setLevel(1).setExact(true));
  }

  private static Locator dialog(Page page) {
    return page.locator("dialog[open]");
  }

  private static Locator inDialog(Page page, String name) {
    return dialog(page)
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator versions(Page page) {
    return page.locator("section[aria-labelledby=workflow-versions] .list-row");
  }

  private static void drop(Page page, String name, byte[] file) {
    JSHandle data =
        page.evaluateHandle(DROPPED, List.of(name, Base64.getEncoder().encodeToString(file)));
    page.locator(".drop-file").dispatchEvent("drop", Map.of("dataTransfer", data));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void a_file_becomes_a_workflow_with_versions_an_alias_and_jobs() {
    Page page = BROWSER.signIn(gateway, TestGateway.ADMIN_KEY, "#/workflows");
    drop(page, "Console dawn.json", bytes(GRAPH.formatted(1)));
    assertThat(dialog(page).locator("input[name=name]")).hasValue("Console-dawn");
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    dialog(page).locator("input[name=name]").fill("smoke");
    assertThat(dialog(page)).containsText("There is a workflow of this name");
    dialog(page).locator("input[name=name]").fill(NAME);
    assertThat(dialog(page)).not().containsText("There is a workflow of this name");
    dialog(page).locator("input[name=note]").fill("as exported for the API");
    inDialog(page, "Upload").click();
    assertThat(heading(page, "Console dawn")).isVisible();
    assertThat(versions(page)).hasCount(1);
    assertThat(versions(page).first()).containsText("as exported for the API");

    try {
      drop(page, "dawn.json", bytes(EDITOR));
      inDialog(page, "Upload").click();
      assertThat(page.locator("#toasts")).containsText(NAME + "@2 was stored.");
      assertThat(versions(page)).hasCount(2);
      byte[] picture = Media.png(Media.textChunk("prompt", GRAPH.formatted(3)));
      page.locator(".drop-file input")
          .setInputFiles(new FilePayload("picture.png", "image/png", picture));
      inDialog(page, "Upload").click();
      assertThat(versions(page)).hasCount(3);
      drop(page, "again.png", picture);
      inDialog(page, "Upload").click();
      assertThat(page.locator("#toasts")).containsText(NAME + "@3 has this content already.");
      drop(page, "notes.json", bytes("{\"a\": "));
      inDialog(page, "Upload").click();
      assertThat(dialog(page).getByRole(AriaRole.ALERT)).isVisible();
      page.keyboard().press("Escape");
      assertThat(versions(page)).hasCount(3);

      compareAndName(page);
      runOlderVersion(page);

      page.navigate(gateway.url() + "/#/workflows/" + NAME);
      button(page, "Restore " + NAME + "@1").click();
      inDialog(page, "Restore").click();
      assertThat(versions(page)).hasCount(4);
      assertThat(versions(page).first()).containsText("current");
      ConsoleBrowser.assertAccessibleInBothSchemes(page);

      button(page, "Remove").click();
      assertThat(inDialog(page, "Remove")).isDisabled();
      dialog(page).locator("input").fill(NAME);
      inDialog(page, "Remove").click();
      assertThat(heading(page, "Workflows")).isVisible();
      assertThat(page.locator(".workflow-row")).not().hasCount(0);
      assertThat(page.locator(".workflow-row").filter(named())).hasCount(0);
    } finally {
      gateway.send(gateway.request("/workflows/" + NAME, TestGateway.ADMIN_KEY).DELETE());
    }
  }

  private static Locator link(Page page, String name) {
    return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private JsonNode job(Page page) {
    String id = page.url().substring(page.url().lastIndexOf('/') + 1);
    return gateway.await(id, "succeeded");
  }

  @Test
  void a_seed_is_drawn_kept_and_exact_and_a_job_runs_again_with_it_or_another() {
    String small = gateway.post("/webhook/txt2img?respond=result", SMALL).id();
    Page page = BROWSER.signIn(gateway, gateway.key(), "#/jobs/" + small);
    assertThat(page.locator(".facts")).containsText(LARGE);
    link(page, "Edit and run").click();
    Locator seed = page.locator("#field-seed");
    page.getByLabel("New each time").check();
    assertThat(seed).isDisabled();
    button(page, "Draw Seed").click();
    assertThat(seed).hasValue(Pattern.compile("[0-9]+"));
    assertThat(page.getByLabel("New each time")).not().isChecked();
    seed.fill(SEED + "0");
    page.locator(".run-button").click();
    assertThat(page.locator("#field-seed-error")).containsText("9,007,199,254,740,991");
    seed.fill(SEED);
    page.locator("#field-prompt").fill(FOX);
    page.locator(".run-button").click();
    assertThat(page.locator(".result")).containsText("Succeeded");
    assertThat(page.locator(".result")).containsText(FOX);
    page.locator(".result code").click();

    assertThat(heading(page, "txt2img@1")).isVisible();
    assertThat(page.locator(".page-head")).containsText(FOX);
    assertThat(page.locator(".input-list")).containsText(SEED);
    JsonNode first = job(page);
    assertThat(first.path("seeds").elements().next().asText()).isEqualTo(SEED);
    button(page, "Run again").click();
    assertThat(page).not().hasURL(Pattern.compile(first.path("id").asText()));
    JsonNode again = job(page);
    assertThat(again.path("seeds")).isEqualTo(first.path("seeds"));
    assertThat(page.locator(".page-head")).containsText(FOX);
    button(page, "New seed").click();
    assertThat(page).not().hasURL(Pattern.compile(again.path("id").asText()));
    assertThat(job(page).path("seeds")).isNotEqualTo(first.path("seeds"));

    page.navigate(gateway.url() + "/#/jobs/" + again.path("id").asText());
    link(page, "Edit and run").click();
    assertThat(seed).hasValue(SEED);
    assertThat(page.locator("#field-prompt")).hasValue(FOX);
    page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("JSON")).click();
    assertThat(page.locator(".code pre")).containsText("\"seed\": " + SEED);
  }

  @Test
  void an_output_becomes_the_input_of_another_workflow() {
    String source = gateway.post("/webhook/smoke?respond=result", "{}").id();
    Page page = BROWSER.signIn(gateway, gateway.key(), "#/jobs/" + source);
    page.locator(".output").getByLabel("as input").click();
    assertThat(page.locator(".page-head")).containsText("as its input");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Image to image")).click();

    assertThat(page.locator(".file img")).isVisible();
    assertThat(page.locator(".file-name")).containsText("smoke");
    page.locator("#field-prompt").fill(FOX);
    page.locator(".run-button").click();
    assertThat(page.locator(".result")).containsText("Succeeded");
  }

  @Test
  void values_that_cannot_be_loaded_are_said_and_loaded_again() {
    String job = gateway.post("/webhook/smoke?respond=result", "{\"inputs\":{\"width\":96}}").id();
    Page page = BROWSER.signIn(gateway, gateway.key(), "#/run");
    page.route(
        "**/jobs/" + job + "/inputs", route -> route.fulfill(new FulfillOptions().setStatus(503)));
    page.navigate(gateway.url() + "/#/run/smoke?from=" + job);
    Locator width = page.locator("#field-width");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("could not be loaded");
    assertThat(width).not().hasValue("96");
    ConsoleBrowser.assertAccessibleInBothSchemes(page);

    page.unroute("**/jobs/" + job + "/inputs");
    button(page, "Try again").click();
    assertThat(width).hasValue("96");
    assertThat(page.getByRole(AriaRole.ALERT)).hasCount(0);
  }

  private static Locator.FilterOptions named() {
    return new Locator.FilterOptions().setHasText(NAME);
  }

  private static void compareAndName(Page page) {
    button(page, "Compare " + NAME + "@2 with the current version").click();
    assertThat(dialog(page)).containsText("1 EmptyImage “Canvas”");
    assertThat(dialog(page)).containsText("96 → 64");
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    page.keyboard().press("Escape");

    button(page, "Make or move an alias to " + NAME + "@2").click();
    dialog(page).locator("input").fill("production");
    ConsoleBrowser.assertAccessibleInBothSchemes(page);
    dialog(page).locator("button.primary").click();
    assertThat(versions(page).nth(1).locator(".chip")).containsText("production");
  }

  private void runOlderVersion(Page page) {
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Test run")).click();
    assertThat(page).hasURL(Pattern.compile("#/run/" + NAME + "$"));
    page.navigate(gateway.url() + "/#/run/" + NAME + "@1");
    Locator width = page.locator(".field[data-field=width]");
    assertThat(width.locator(".label")).hasText("Width");
    assertThat(width.locator(".hint")).hasText("Node Canvas, field width");
    page.locator(".run-button").click();
    assertThat(page.locator(".result")).containsText("Succeeded");
    page.locator(".result code").click();
    assertThat(heading(page, NAME + "@1")).isVisible();

    page.navigate(gateway.url() + "/#/run/" + NAME + "@production");
    assertThat(heading(page, "Console dawn")).isVisible();
    page.locator(".run-button").click();
    assertThat(page.locator(".result")).containsText("Succeeded");
    page.locator(".result code").click();
    assertThat(heading(page, NAME + "@2")).isVisible();
  }
}
