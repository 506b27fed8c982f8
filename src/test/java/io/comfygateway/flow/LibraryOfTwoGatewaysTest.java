package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.cli.Gateway;
import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.settings.SettingsFile;
import io.comfygateway.workflow.embedded.Media;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Workflows that are uploaded to one of two gateways on one PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LibraryOfTwoGatewaysTest {
  private static final String PUBLISHER = "publisher-0123456789abcdef";
  private static final String GRAPH =
      """
      {"1": {"class_type": "EmptyImage", "inputs": {"width": %d, "height": 8, "batch_size": 1, "color": 1}},
       "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}""";

  private Comfy comfy;
  private TestGateway one;
  private TestGateway other;
  private Path folder;

  @BeforeAll
  void start(@TempDir Path place) {
    folder = place;
    comfy = Comfy.start();
    Database.Address address = DatabaseKind.POSTGRESQL.inNewPlace(place);
    one = gateway("one", address);
    other = gateway("other", address);
  }

  private TestGateway gateway(String name, Database.Address address) {
    return TestGateway.start(
            folder.resolve(name),
            comfy.url(),
            Map.of(
                "gateway.db.url",
                address.url().orElseThrow(),
                "gateway.db.user",
                address.user().orElseThrow(),
                "gateway.master-key",
                Cluster.MASTER_KEY,
                "gateway.files-dir",
                folder.resolve("files").toString(),
                "gateway.api-keys",
                "alice:%s:run+raw,carla:%s:run+publish".formatted(TestGateway.KEY, PUBLISHER)))
        .ready();
  }

  @AfterAll
  void stop() {
    other.close();
    one.close();
    comfy.close();
  }

  private static Answer put(TestGateway gateway, String name, String graph) {
    return gateway.send(
        gateway
            .request("/workflows/" + name, PUBLISHER)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(graph)));
  }

  /** The width that a job of the other gateway ran with, once it knows the version. */
  private int width(String ref, String version) {
    Awaitility.await()
        .until(
            () -> other.get("/workflows/" + ref).json().path("version").asText().equals(version));
    JsonNode job = other.post("/webhook/" + ref + "?respond=result", "{}").json();
    assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("succeeded");
    assertThat(job.path("workflow").asText()).endsWith("@" + version);
    return job.at("/outputs/0/width").asInt();
  }

  @Test
  void what_one_gateway_stores_runs_on_the_other_until_it_is_removed() {
    assertThat(put(one, "shop/plain", GRAPH.formatted(16)).status()).isEqualTo(201);
    assertThat(width("shop/plain", "1")).isEqualTo(16);
    assertThat(put(one, "shop/plain", GRAPH.formatted(24)).status()).isEqualTo(201);
    assertThat(
            one.send(
                    one.request("/workflows/shop/plain/aliases/production", PUBLISHER)
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString("{\"version\": 1}")))
                .status())
        .isEqualTo(200);

    assertThat(width("shop/plain", "2")).isEqualTo(24);
    assertThat(width("shop/plain@1", "1")).isEqualTo(16);
    assertThat(width("shop/plain@production", "1")).isEqualTo(16);

    assertThat(one.send(one.request("/workflows/shop/plain", PUBLISHER).DELETE()).status())
        .isEqualTo(200);
    Awaitility.await().until(() -> other.post("/webhook/shop/plain", "{}").status() == 404);
    assertThat(other.post("/webhook/shop/plain@1", "{}").status()).isEqualTo(404);
    assertThat(other.post("/webhook/shop/plain@production", "{}").status()).isEqualTo(404);
  }

  @Test
  void a_picture_is_uploaded_with_the_graph_that_made_it_and_also_runs_by_itself() {
    byte[] picture = Media.png(Media.textChunk("prompt", GRAPH.formatted(32)));
    FormBody form = new FormBody().file("file", "mine.png", "image/png", picture);

    Answer stored =
        one.send(
            one.request("/workflows/pictured", PUBLISHER)
                .header("Content-Type", form.contentType())
                .PUT(BodyPublishers.ofByteArray(form.bytes())));
    Answer again =
        other.send(
            other
                .request("/webhook?respond=result", TestGateway.KEY)
                .header("Content-Type", "image/png")
                .POST(BodyPublishers.ofByteArray(picture)));

    assertThat(stored.status()).as(stored.text()).isEqualTo(201);
    assertThat(width("pictured", "1")).isEqualTo(32);
    assertThat(again.json().at("/outputs/0/width").asInt()).as(again.text()).isEqualTo(32);
  }

  @Test
  void the_commands_work_on_the_gateway_of_the_data_folder() throws IOException {
    Path file = Files.writeString(folder.resolve("drawn.json"), GRAPH.formatted(40));
    String settings =
        SettingsFile.write(
                Files.createDirectories(folder.resolve("command")),
                Map.of("gateway.data-dir", folder.resolve("one").toString()))
            .toString();

    assertThat(workflow(settings, "add", file.toString(), "--name", "by/command"))
        .isEqualTo("by/command@1\n");
    Files.writeString(file, GRAPH.formatted(48), StandardCharsets.UTF_8);
    assertThat(workflow(settings, "add", file.toString(), "--name", "by/command"))
        .isEqualTo("by/command@2\n");
    assertThat(workflow(settings, "alias", "by/command", "production", "1"))
        .contains("by/command@production is version 1");
    assertThat(workflow(settings, "list")).contains("by/command@2  upload  production=1");
    assertThat(workflow(settings, "show", "by/command@production")).contains("\"width\" : 40");
    assertThat(width("by/command@production", "1")).isEqualTo(40);
    assertThat(workflow(settings, "remove", "by/command")).contains("is removed");
    Awaitility.await().until(() -> other.get("/workflows/by/command").status() == 404);
  }

  private static String workflow(String settings, String... arguments) {
    List<String> all = new ArrayList<>(List.of("workflow"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--config", settings));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Gateway.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    int status = command.execute(all.toArray(String[]::new));
    assertThat(status).as(out.toString() + err).isZero();
    return out.toString();
  }
}
