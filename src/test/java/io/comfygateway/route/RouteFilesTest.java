package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.model.ModelCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFilesTest {
  private static final Duration A_FEW_LOOKS = Duration.ofMillis(600);
  @TempDir private static Path folder;
  private static ComfySimulator comfy;
  private static LiveGateway gateway;

  @BeforeAll
  static void start() throws IOException {
    comfy = ComfySimulator.start(SimulatorOptions.defaults());
    gateway = LiveGateway.start(folder, comfy.url().toString());
  }

  @AfterEach
  void restore() {
    gateway.restore();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    comfy.close();
  }

  private String live() {
    return gateway.get("/health/live").body();
  }

  private int ready() {
    return gateway.get("/health/ready").statusCode();
  }

  private String readiness() {
    return gateway.get("/health/ready").body();
  }

  private static String answering(String text) {
    return """
        - route:
            id: extra
            from:
              uri: platform-http:/extra
              steps:
                - setBody:
                    constant: %s
        """
        .formatted(text);
  }

  private void say(String word) {
    gateway.edit(
        "api.camel.yaml",
        text ->
            text.replaceFirst(
                "        - bean:\n            id: api-live-answer[^-]*",
                "        - setBody:\n            id: api-live-answer\n            constant: "
                    + word
                    + "\n"));
  }

  @Test
  void an_edit_takes_effect_and_an_edit_back_too() {
    String before = gateway.read("api.camel.yaml");
    say("hello");
    await().until(this::live, "hello"::equals);
    gateway.write("api.camel.yaml", before);
    await().until(this::live, answer -> answer.contains("\"up\""));
    assertThat(ready()).isEqualTo(200);
  }

  @Test
  void a_syntax_error_is_told_with_its_line_and_the_old_routes_serve_until_it_is_mended() {
    String before = gateway.read("webhook.camel.yaml");
    gateway.write("webhook.camel.yaml", before + "- route:\n    id: [\n");
    RouteFault fault = gateway.awaitFault("webhook.camel.yaml", "webhook.camel.yaml:");
    assertThat(fault.line()).isPresent();
    assertThat(ready()).isEqualTo(503);
    assertThat(readiness()).contains("webhook.camel.yaml:" + fault.line().get());
    gateway.awaitStatus(gateway.submit(), "succeeded");

    gateway.write("webhook.camel.yaml", before);
    gateway.awaitNoFault();
    assertThat(ready()).isEqualTo(200);
  }

  @Test
  void a_step_that_does_not_exist_is_told_with_its_line() {
    gateway.edit("run.camel.yaml", text -> text.replaceFirst("- bean:", "- bane:"));
    RouteFault fault = gateway.awaitFault("run.camel.yaml", "bane");
    assertThat(fault.line()).isPresent();
    gateway.awaitStatus(gateway.submit(), "succeeded");
  }

  @Test
  void an_unknown_component_is_told_with_its_route() {
    gateway.edit(
        "jobs.camel.yaml", text -> text.replaceFirst("direct:job-ended", "no-such-thing:here"));
    RouteFault fault = gateway.awaitFault("jobs.camel.yaml", "no-such-thing");
    assertThat(fault.line()).isPresent();
    assertThat(gateway.get("/jobs").statusCode()).isEqualTo(200);
  }

  @Test
  void a_missing_bean_is_told_with_its_route() {
    gateway.edit(
        "deliver.camel.yaml", text -> text.replaceFirst("ref: deliveryClaims", "ref: nobody"));
    RouteFault fault = gateway.awaitFault("deliver.camel.yaml", "nobody");
    assertThat(fault.line()).isPresent();
  }

  @Test
  void an_unknown_property_is_told() {
    gateway.edit(
        "dispatch.camel.yaml",
        text -> text.replaceFirst("delay: .*", "period: \"{{gateway.dispach}}\""));
    gateway.awaitFault("dispatch.camel.yaml", "gateway.dispach");
    gateway.awaitStatus(gateway.submit(), "succeeded");
  }

  @Test
  void a_route_id_of_another_file_is_refused_until_that_one_gives_it_up() {
    gateway.write("custom/extra.camel.yaml", answering("one"));
    await().until(() -> gateway.get("/extra").body(), "one"::equals);
    gateway.write("custom/more.camel.yaml", answering("two"));
    gateway.awaitFault("custom/more.camel.yaml", "custom/extra.camel.yaml:2 already");
    gateway.delete("custom/extra.camel.yaml");
    await().until(() -> gateway.get("/extra").body(), "two"::equals);
    gateway.awaitNoFault();
  }

  @Test
  void what_builds_but_does_not_start_leaves_the_old_routes() {
    gateway.edit(
        "jobs.camel.yaml",
        text ->
            text.replaceFirst(
                "uri: direct:listJobs",
                "uri: file:/nowhere?autoCreate=false&startingDirectoryMustExist=true"));
    gateway.awaitFault("jobs.camel.yaml", "Starting directory does not exist");
    assertThat(gateway.get("/jobs").statusCode()).isEqualTo(200);
    assertThat(gateway.get("/workflows/smoke").statusCode()).isEqualTo(200);
  }

  @Test
  void a_folder_for_custom_files_may_be_made_later_and_go_again() throws IOException {
    assertThat(gateway.get("/extra").statusCode()).isEqualTo(404);
    gateway.write("custom/extra.camel.yaml", answering("here"));
    await().until(() -> gateway.get("/extra").body(), "here"::equals);
    gateway.write("custom/extra.camel.yaml", answering("there"));
    await().until(() -> gateway.get("/extra").body(), "there"::equals);
    gateway.delete("custom/extra.camel.yaml");
    Files.delete(gateway.file("custom"));
    await().until(() -> gateway.get("/extra").statusCode(), status -> status == 404);
    assertThat(gateway.server().routeFaults()).isEmpty();
  }

  @Test
  void routes_without_ids_come_and_go_like_others() {
    int routes = gateway.server().context().getRoutesSize();
    String timer =
        "- from:\n    uri: timer:%s\n    steps:\n      - log:\n          message: tick\n";
    gateway.write("custom/one.camel.yaml", timer.formatted("one"));
    gateway.write("custom/two.camel.yaml", timer.formatted("two"));
    await().until(() -> gateway.server().context().getRoutesSize() == routes + 2);
    gateway.touch("custom/one.camel.yaml");
    gateway.write("custom/two.camel.yaml", timer.formatted("three"));
    await()
        .until(
            () ->
                gateway.server().context().getRoutes().stream()
                    .anyMatch(route -> route.getEndpoint().getEndpointUri().contains("three")));
    assertThat(gateway.server().context().getRoutesSize()).isEqualTo(routes + 2);
    gateway.delete("custom/one.camel.yaml");
    gateway.delete("custom/two.camel.yaml");
    await().until(() -> gateway.server().context().getRoutesSize() == routes);
    assertThat(gateway.server().routeFaults()).isEmpty();
  }

  @Test
  void two_broken_files_are_both_told_and_each_is_cleared_by_itself() {
    String jobs = gateway.read("jobs.camel.yaml");
    String deliver = gateway.read("deliver.camel.yaml");
    gateway.write("jobs.camel.yaml", jobs + "\n  broken: [");
    gateway.write("deliver.camel.yaml", deliver.replaceFirst("ref: deliveryClaims", "ref: nobody"));
    gateway.awaitFault("jobs.camel.yaml", "jobs");
    gateway.awaitFault("deliver.camel.yaml", "nobody");
    assertThat(readiness()).contains("jobs.camel.yaml", "deliver.camel.yaml");
    gateway.write("deliver.camel.yaml", deliver);
    await().until(() -> gateway.server().routeFaults().size() == 1);
    gateway.write("jobs.camel.yaml", jobs);
    gateway.awaitNoFault();
  }

  @Test
  void an_empty_file_is_a_fault_and_no_deletion() {
    String before = gateway.read("webhook.camel.yaml");
    gateway.write("webhook.camel.yaml", "# nothing\n\n");
    gateway.awaitFault("webhook.camel.yaml", "empty");
    gateway.awaitStatus(gateway.submit(), "succeeded");
    gateway.write("webhook.camel.yaml", before);
    gateway.awaitNoFault();
  }

  @Test
  void a_file_that_is_no_text_is_a_fault_and_the_others_are_still_looked_at() throws IOException {
    Files.createDirectories(gateway.file("custom"));
    Files.write(gateway.file("custom/odd.camel.yaml"), new byte[] {(byte) 0xc3, 0x28});
    gateway.awaitFault("custom/odd.camel.yaml", "UTF-8");
    say("hello");
    await().until(this::live, "hello"::equals);
  }

  @Test
  void an_editor_that_writes_in_two_steps_is_not_taken_at_its_first() throws IOException {
    String text = gateway.read("api.camel.yaml");
    for (int i = 0; i < 10; i++) {
      Files.writeString(gateway.file("api.camel.yaml"), "");
      Files.writeString(gateway.file("api.camel.yaml"), text + "# " + i + "\n");
    }
    await()
        .during(A_FEW_LOOKS)
        .atMost(Duration.ofSeconds(10))
        .until(() -> gateway.server().routeFaults().isEmpty());
  }

  @Test
  void line_ends_of_windows_and_a_byte_order_mark_make_no_difference() throws IOException {
    String text = gateway.read("webhook.camel.yaml");
    Files.write(
        gateway.file("webhook.camel.yaml"),
        text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    gateway.write("custom/extra.camel.yaml", "\ufeff" + answering("here").replace("\n", "\r\n"));
    await().until(() -> gateway.get("/extra").body(), "here"::equals);
    assertThat(gateway.server().routeFaults()).isEmpty();
    gateway.awaitStatus(gateway.submit(), "succeeded");
  }

  @Test
  void a_renamed_file_goes_on_under_its_new_name() throws IOException {
    Files.move(gateway.file("run.camel.yaml"), gateway.file("run-prompts.camel.yaml"));
    await()
        .during(A_FEW_LOOKS)
        .atMost(Duration.ofSeconds(10))
        .until(() -> gateway.server().routeFaults().isEmpty());
    gateway.edit(
        "run-prompts.camel.yaml", text -> text.replaceFirst("ref: promptSubmission", "ref: gone"));
    gateway.awaitFault("run-prompts.camel.yaml", "gone");
    gateway.awaitStatus(gateway.submit(), "succeeded");
  }

  @Test
  void a_file_that_is_put_in_the_place_of_another_is_an_edit() throws IOException {
    Path aside = gateway.file("aside.txt");
    Files.writeString(
        aside,
        gateway.read("api.camel.yaml").replace("description: GET /docs\n", "description: Docs\n"));
    Files.move(aside, gateway.file("api.camel.yaml"), StandardCopyOption.REPLACE_EXISTING);
    await()
        .until(
            () ->
                Optional.ofNullable(gateway.server().context().getRoute("api-docs"))
                    .filter(route -> "Docs".equals(route.getDescription()))
                    .isPresent());
  }

  @Test
  void a_deleted_stage_is_gone_and_its_requests_are_told_so_until_it_is_back() {
    String before = gateway.read("webhook.camel.yaml");
    gateway.delete("webhook.camel.yaml");
    await().until(() -> gateway.post("/webhook/smoke", "{}").statusCode(), status -> status == 503);
    assertThat(gateway.post("/webhook/smoke", "{}").headers().firstValue("Content-Type"))
        .contains("application/problem+json");
    gateway.write("webhook.camel.yaml", before);
    await().until(() -> gateway.post("/webhook/smoke", "{}").statusCode(), status -> status == 202);
  }

  @Test
  void an_operation_that_is_turned_off_answers_404_until_it_is_turned_on() {
    String before = gateway.read("jobs.camel.yaml");
    gateway.edit(
        "jobs.camel.yaml",
        text ->
            text.replaceFirst(
                "    id: jobs-list\n", "    id: jobs-list\n    autoStartup: false\n"));
    await().until(() -> gateway.get("/jobs").statusCode(), status -> status == 404);
    assertThat(gateway.get("/jobs").body())
        .contains("This operation is turned off on this gateway");
    assertThat(ready()).isEqualTo(200);
    gateway.write("jobs.camel.yaml", before);
    await().until(() -> gateway.get("/jobs").statusCode(), status -> status == 200);
  }

  @Test
  void a_routes_folder_that_is_not_there_is_a_fault_and_no_deletion() throws IOException {
    Path away = folder.resolve("away");
    Files.move(gateway.routes(), away);
    gateway.awaitFault(".", "routes folder");
    gateway.awaitStatus(gateway.submit(), "succeeded");
    Files.move(away, gateway.routes());
    gateway.awaitNoFault();
  }

  @Test
  void an_edited_route_configuration_applies_to_the_routes_of_every_file() {
    gateway.edit(
        "errors.camel.yaml",
        text ->
            text.replaceFirst(
                "                ref: problemResponses\n                method: render\n",
                "                ref: problemResponses\n                method: render\n"
                    + "            - setHeader:\n"
                    + "                id: errors-mark\n"
                    + "                name: X-Mark\n"
                    + "                constant: \"42\"\n"));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> gateway.get("/jobs/none").headers().firstValue("X-Mark").orElse(""),
            "42"::equals);
    await()
        .until(
            () -> gateway.get("/workflows/none").headers().firstValue("X-Mark").orElse(""),
            "42"::equals);
    gateway.awaitStatus(gateway.submit(), "succeeded");
    assertThat(gateway.server().routeFaults()).isEmpty();
  }

  @Test
  void a_route_configuration_that_no_route_can_be_built_with_is_refused_as_a_whole() {
    gateway.edit(
        "errors.camel.yaml", text -> text.replaceFirst("ref: problemResponses", "ref: nobody"));
    gateway.awaitFault("errors.camel.yaml", "nobody");
    assertThat(gateway.get("/jobs/none").statusCode()).isEqualTo(404);
    gateway.awaitStatus(gateway.submit(), "succeeded");
  }

  @Test
  void a_deleted_route_configuration_that_is_in_use_goes_on_and_is_told_of() {
    String before = gateway.read("errors.camel.yaml");
    gateway.delete("errors.camel.yaml");
    gateway.awaitFault("errors.camel.yaml", "there is no route configuration");
    assertThat(gateway.get("/jobs/none").statusCode()).isEqualTo(404);
    gateway.write("errors.camel.yaml", before);
    gateway.awaitNoFault();
  }

  @Test
  void an_edited_template_renews_its_sockets_and_leaves_none_behind() {
    await().until(() -> comfy.stats().sockets() == 1);
    for (int i = 0; i < 3; i++) {
      gateway.describe("progress.camel.yaml", "progress-socket", "Round " + i);
    }
    await()
        .during(A_FEW_LOOKS)
        .atMost(Duration.ofSeconds(10))
        .until(() -> comfy.stats().sockets(), count -> count == 1);
    gateway.awaitStatus(gateway.submit(), "succeeded");
  }

  @Test
  void nothing_piles_up_in_the_context_over_many_edits() {
    ModelCamelContext context = (ModelCamelContext) gateway.server().context();
    say("none");
    await().until(this::live, "none"::equals);
    int routes = context.getRouteDefinitions().size();
    int rests = context.getRestDefinitions().size();
    int endpoints = context.getEndpoints().size();
    for (int i = 0; i < 10; i++) {
      String word = "round" + i;
      gateway.edit(
          "api.camel.yaml",
          text -> text.replaceFirst("constant: (none|round\\d+)", "constant: " + word));
      await().until(this::live, word::equals);
    }
    assertThat(context.getRouteDefinitions()).hasSize(routes);
    assertThat(context.getRestDefinitions()).hasSize(rests);
    assertThat(context.getEndpoints().size()).isLessThanOrEqualTo(endpoints + 2);
  }
}
