package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outputs at destinations with the sink {@code sftp}. */
class SftpDestinationsTest {
  private static SftpServer sftp;
  private static DeliveringGateway gateway;
  private static Path root;

  @BeforeAll
  static void start(@TempDir Path place) throws Exception {
    root = place.resolve("root");
    sftp = SftpServer.start(root);
    Files.writeString(place.resolve("password"), SftpServer.PASSWORD);
    Files.writeString(place.resolve("wrong"), "not the password");
    Files.writeString(place.resolve("key"), sftp.userKey());
    Files.writeString(
        place.resolve("known_hosts"), "[127.0.0.1]:" + sftp.port() + " " + sftp.hostKey() + "\n");
    String text =
        """
        destinations:
          nas: {sink: sftp, host: 127.0.0.1, port: PORT, username: gateway, password: {file: password},
            known-hosts: {file: known_hosts}, path: /upload, key: "{date}/{job}/{index}-{filename}"}
          keyed: {sink: sftp, host: 127.0.0.1, port: PORT, username: gateway, private-key: {file: key},
            host-key: HOSTKEY, prefix: "a b/"}
          wrong: {sink: sftp, host: 127.0.0.1, port: PORT, username: gateway, password: {file: wrong},
            host-key: HOSTKEY}
          other: {sink: sftp, host: 127.0.0.1, port: PORT, username: gateway, password: {file: password},
            host-key: OTHER}
        """;
    gateway =
        DeliveringGateway.start(
            place,
            text.replace("PORT", Integer.toString(sftp.port()))
                .replace("HOSTKEY", sftp.hostKey())
                .replace("OTHER", SftpServer.otherHostKey()));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    sftp.close();
  }

  @Test
  void a_file_is_under_its_key_in_folders_that_are_made() throws Exception {
    JsonNode job = gateway.run("nas");

    JsonNode output = job.path("outputs").path(0);
    String path =
        "upload/%s/%s/0-%s"
            .formatted(
                job.path("finished_at").asText().substring(0, 10),
                job.path("id").asText(),
                output.path("filename").asText());
    assertThat(Files.size(root.resolve(path))).isEqualTo(output.path("bytes").asLong());
    assertThat(output.path("copies").path(0).path("location").asText())
        .isEqualTo("sftp://127.0.0.1:" + sftp.port() + "/" + path);
    assertThat(sftp.files()).noneMatch(name -> name.contains(".gateway-"));
  }

  @Test
  void a_private_key_and_the_key_of_the_host_do_without_a_password_and_a_file() throws Exception {
    String id = gateway.run("keyed").path("id").asText();

    assertThat(sftp.files()).anyMatch(name -> name.startsWith("a b/" + id + "/0-"));
  }

  @Test
  void a_wrong_password_and_another_host_key_are_named_without_a_secret() {
    assertThat(gateway.lastError("wrong"))
        .isEqualTo(
            "the SFTP server does not accept the username, or not with this password or key");
    assertThat(gateway.lastError("other"))
        .isEqualTo("the key of the SFTP server is not the one that is configured");
  }

  @Test
  void a_server_that_is_away_for_a_while_gets_everything_once() throws Exception {
    gateway.run("nas");
    sftp.goDown();
    String id = gateway.begin("nas");
    assertThat(gateway.awaitSecondTry(id).path("deliveries").toString())
        .contains("takes no connection");
    sftp.comeUp();

    gateway.awaitDelivered(id);
    List<String> files = sftp.files().stream().filter(name -> name.contains(id)).toList();
    assertThat(files).hasSize(1);
    assertThat(files.get(0)).doesNotContain(".gateway-");

    gateway.redeliver(id);
    assertThat(sftp.files().stream().filter(name -> name.contains(id))).isEqualTo(files);
  }
}
