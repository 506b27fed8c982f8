package io.comfygateway.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fields of the sinks azure and sftp: what is wrong is named, and never with a secret. */
class SinkFieldsTest {
  private static final String HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA";
  @TempDir Path folder;

  @Test
  void each_way_to_an_azure_container_is_taken() throws Exception {
    assertThat(
            faults(
                """
                destinations:
                  a: {sink: azure, account: pictures, account-key: "${KEY}", container: out}
                  b: {sink: azure, connection-string: "${CONNECTION}", container: out}
                  c: {sink: azure, account: pictures, sas-token: "${SAS}", container: out}
                  d: {sink: azure, endpoint: "http://127.0.0.1:10000/dev", sas-token: "${SAS}", container: out}
                  e: {sink: azure, sas-url: "${SAS_URL}", prefix: x/}
                """))
        .isEmpty();
  }

  @Test
  void what_is_wrong_with_an_azure_destination_is_named() throws Exception {
    assertThat(
            faults(
                """
                destinations:
                  none: {sink: azure, account: pictures, container: out}
                  two: {sink: azure, sas-url: "${SAS_URL}", sas-token: "${SAS}"}
                  container: {sink: azure, account: pictures, account-key: "${KEY}"}
                  account: {sink: azure, account-key: "${KEY}", container: out}
                  key: {sink: azure, account: pictures, account-key: "${SAS}", container: out}
                  string: {sink: azure, connection-string: "${SAS}", container: out}
                  url: {sink: azure, sas-url: "${KEY}"}
                  blob: {sink: azure, sas-url: "${NO_SAS_URL}"}
                  endpoint: {sink: azure, account: a, endpoint: "ftp://x", account-key: "${KEY}", container: out}
                  typo: {sink: azure, sas-url: "${SAS_URL}", containr: out}
                  open: {sink: azure, container: out, connection-string: "AccountName=a;AccountKey=a2V5"}
                """))
        .extracting(FileFault::line)
        .containsOnly(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
        .contains(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  }

  @Test
  void an_sftp_server_is_known_by_a_file_or_by_its_key() throws Exception {
    Files.writeString(folder.resolve("known_hosts"), "nas " + HOST_KEY);
    assertThat(
            faults(
                """
                destinations:
                  a: {sink: sftp, host: nas, username: u, password: "${KEY}", known-hosts: {file: known_hosts}}
                  b: {sink: sftp, host: "::1", port: 2222, username: u, private-key: "${KEY}", passphrase: "${KEY}",
                    host-key: %s, path: /upload}
                """
                    .formatted(HOST_KEY)))
        .isEmpty();
  }

  @Test
  void what_is_wrong_with_an_sftp_destination_is_named() throws Exception {
    assertThat(
            faults(
                """
                destinations:
                  host: {sink: sftp, username: u, password: "${KEY}", host-key: HOSTKEY}
                  url: {sink: sftp, host: "sftp://nas", username: u, password: "${KEY}", host-key: HOSTKEY}
                  user: {sink: sftp, host: nas, password: "${KEY}", host-key: HOSTKEY}
                  port: {sink: sftp, host: nas, port: 65536, username: u, password: "${KEY}", host-key: HOSTKEY}
                  none: {sink: sftp, host: nas, username: u, host-key: HOSTKEY}
                  two: {sink: sftp, host: nas, username: u, password: "${KEY}", private-key: "${KEY}", host-key: HOSTKEY}
                  phrase: {sink: sftp, host: nas, username: u, password: "${KEY}", passphrase: "${KEY}", host-key: HOSTKEY}
                  unknown: {sink: sftp, host: nas, username: u, password: "${KEY}"}
                  print: {sink: sftp, host: nas, username: u, password: "${KEY}", host-key: "SHA256:abc"}
                  path: {sink: sftp, host: nas, username: u, password: "${KEY}", host-key: HOSTKEY, path: ../x}
                  typo: {sink: sftp, host: nas, username: u, password: "${KEY}", host-key: HOSTKEY, folder: x}
                """
                    .replace("HOSTKEY", HOST_KEY)))
        .extracting(FileFault::line)
        .containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  }

  private List<FileFault> faults(String text) throws IOException {
    Path file = folder.resolve("destinations.yaml");
    Files.writeString(file, text);
    List<FileFault> faults =
        DestinationsFile.read(
                file,
                Map.of(
                    "KEY", "a2V5",
                    "SAS", "sv=2024&sig=s3cret",
                    "CONNECTION", "AccountName=a;AccountKey=s3cret",
                    "SAS_URL", "https://a.blob.core.windows.net/out?sv=2024&sig=s3cret",
                    "NO_SAS_URL", "https://a.blob.core.windows.net/out"),
                Set.of("azure", "sftp", "s3", "file", "http"))
            .faults();
    assertThat(faults)
        .allSatisfy(
            fault -> {
              assertThat(fault.remedy()).isNotEmpty();
              assertThat(fault.toString()).doesNotContain("s3cret", "a2V5");
            });
    return faults;
  }
}
