package io.comfygateway.flow;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outputs and events at destinations with the sink {@code azure}, in a real Azurite. */
class AzureDestinationsTest {
  private static final String WRONG_KEY = "d3Jvbmc=";
  private static final int MEGABYTES = 9;
  private static Azurite azurite;
  private static DeliveringGateway gateway;

  @BeforeAll
  static void start(@TempDir Path place) throws Exception {
    azurite = Azurite.start(Files.createDirectory(place.resolve("azurite")));
    Files.writeString(place.resolve("key"), Azurite.KEY);
    Files.writeString(place.resolve("wrong"), WRONG_KEY);
    Files.writeString(place.resolve("connection"), azurite.connectionString());
    Files.writeString(place.resolve("token"), azurite.sasToken());
    Files.writeString(
        place.resolve("url"), azurite.url() + "/" + Azurite.CONTAINER + "?" + azurite.sasToken());
    String text =
        """
        destinations:
          keyed: {sink: azure, account: devstoreaccount1, endpoint: "URL", account-key: {file: key},
            container: outputs, key: "{date}/a b/{job}-{index}.{extension}"}
          connected: {sink: azure, connection-string: {file: connection}, container: outputs}
          token: {sink: azure, endpoint: "URL", sas-token: {file: token}, container: outputs}
          shared: {sink: azure, sas-url: {file: url}, prefix: shared/}
          wrong: {sink: azure, account: devstoreaccount1, endpoint: "URL", account-key: {file: wrong},
            container: outputs}
          nowhere: {sink: azure, connection-string: {file: connection}, container: missing}
          events: {sink: azure, sas-url: {file: url}, prefix: events/, events: [succeeded]}
        """;
    gateway = DeliveringGateway.start(place, text.replace("URL", azurite.url()));
  }

  @AfterAll
  static void stop() {
    if (gateway != null) {
      gateway.close();
    }
    if (azurite != null) {
      azurite.close();
    }
  }

  @Test
  void a_blob_has_its_name_type_and_bytes() throws Exception {
    JsonNode job = gateway.run("keyed");

    JsonNode output = job.path("outputs").path(0);
    String name =
        "%s/a b/%s-0.png"
            .formatted(job.path("finished_at").asText().substring(0, 10), job.path("id").asText());
    var blob = azurite.container().getBlobClient(name);
    assertThat(blob.getProperties().getContentType()).isEqualTo("image/png");
    assertThat(sha256(blob.downloadContent().toBytes())).isEqualTo(output.path("sha256").asText());
    assertThat(output.path("copies").path(0).path("location").asText())
        .isEqualTo("azure://outputs/" + name);
  }

  @Test
  void a_connection_string_a_token_and_a_url_are_credentials_too() {
    for (String destination : List.of("connected", "token", "shared")) {
      String id = gateway.run(destination).path("id").asText();
      assertThat(azurite.blobs()).as(destination).anyMatch(name -> name.contains(id));
    }
  }

  @Test
  void a_large_file_goes_in_blocks_and_is_the_same() throws Exception {
    JsonNode job =
        gateway.submit(
            "/webhook",
            """
            {"prompt": {"1": {"class_type": "BigFile",
              "inputs": {"megabytes": %d, "seed": 9, "filename_prefix": "film"}}},
             "deliver": ["shared"]}"""
                .formatted(MEGABYTES));

    JsonNode output = job.path("outputs").path(0);
    assertThat(output.path("bytes").asLong()).isEqualTo(MEGABYTES * 1024L * 1024L);
    String name =
        "shared/%s/0-%s".formatted(job.path("id").asText(), output.path("filename").asText());
    var blob = azurite.container().getBlobClient(name);
    assertThat(
            blob.getBlockBlobClient()
                .listBlocks(com.azure.storage.blob.models.BlockListType.ALL)
                .getCommittedBlocks())
        .hasSize(3);
    assertThat(blob.getProperties().getContentType())
        .isEqualTo(output.path("content_type").asText());
    assertThat(sha256(blob.downloadContent().toBytes())).isEqualTo(output.path("sha256").asText());
  }

  @Test
  void an_event_is_a_blob_of_JSON() {
    String id = gateway.submit("/webhook/smoke", "{\"deliver\": [\"events\"]}").path("id").asText();

    await()
        .until(
            () ->
                azurite.blobs().stream()
                    .anyMatch(name -> name.startsWith("events/") && name.contains(id)));
  }

  @Test
  void wrong_credentials_and_a_missing_container_are_named_without_a_secret() {
    assertThat(gateway.lastError("wrong"))
        .startsWith("Azure answered 403 Auth")
        .doesNotContain(WRONG_KEY);
    assertThat(gateway.lastError("nowhere")).isEqualTo("Azure answered 404 ContainerNotFound");
  }

  @Test
  void a_server_that_is_away_for_a_while_gets_everything_once() {
    azurite.goDown();
    String id;
    try {
      id = gateway.begin("keyed");
      assertThat(gateway.awaitSecondTry(id).path("deliveries").toString())
          .contains("takes no connection");
    } finally {
      azurite.comeUp();
    }

    gateway.awaitDelivered(id);
    List<String> blobs = azurite.blobs().stream().filter(name -> name.contains(id)).toList();
    assertThat(blobs).hasSize(1);

    gateway.redeliver(id);
    assertThat(azurite.blobs().stream().filter(name -> name.contains(id))).isEqualTo(blobs);
  }
}
