package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.cli.Gateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code gateway backup} and {@code gateway restore} around real gateways with H2. */
class BackupTest {
  private static final String WITH_FILE =
      """
      {"inputs": {"prompt": "a cat", "image": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="}}
      """;

  @TempDir Path place;
  private final Comfy comfy = Comfy.start();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void stop() {
    comfy.close();
  }

  private TestGateway start(Path data) {
    return TestGateway.start(data, "gpu-1=" + comfy.url(), Map.of()).ready();
  }

  private int command(Path data, String... arguments) throws IOException {
    Path settings = place.resolve("application.properties");
    Files.writeString(
        settings,
        Files.readString(Path.of("config/application.properties"))
            .replace("{{env:GATEWAY_DATA_DIR:data}}", data.toString()));
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine command = Gateway.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", settings.toString()));
    return command.execute(all.toArray(String[]::new));
  }

  private static void assertPrivate(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .as(each.toString())
            .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
      }
    }
  }

  @Test
  void what_was_backed_up_while_jobs_came_in_goes_on_where_it_is_restored() throws Exception {
    Path data = place.resolve("data");
    Path backup = place.resolve("backup.zip");
    String done;
    byte[] picture;
    String waiting;
    Path restored = place.resolve("restored");
    try (TestGateway gateway = start(data)) {
      done = gateway.post("/webhook/smoke?respond=result", "{}").id();
      picture = gateway.get("/jobs/" + done + "/outputs/0").bytes();
      comfy.hold();
      waiting = gateway.post("/webhook/img2img", WITH_FILE).id();
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Void> load =
          CompletableFuture.runAsync(
              () -> {
                while (!over.get()) {
                  gateway.post("/webhook/smoke", "{}");
                }
              });
      assertThat(command(data, "backup", backup.toString())).as(err.toString()).isZero();
      over.set(true);
      load.join();
      assertThat(out.toString())
          .contains("Backed up")
          .contains("The backup contains the master key");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
          .isEqualTo("rw-------");
      assertThat(data.resolve("snapshots")).isEmptyDirectory();
      assertThat(command(data, "backup", backup.toString())).isEqualTo(1);
      assertThat(err.toString()).contains("already exists");
    }

    assertThat(command(restored, "restore", backup.toString())).as(err.toString()).isZero();
    assertPrivate(restored);
    try (TestGateway gateway = start(restored)) {
      assertThat(gateway.get("/jobs/" + done + "/outputs/0").bytes()).isEqualTo(picture);
      comfy.release();
      JsonNode job = gateway.await(waiting, "succeeded");
      assertThat(job.path("outputs")).hasSize(1);
      for (JsonNode each : gateway.get("/jobs?limit=100").json().path("jobs")) {
        gateway.await(each.path("id").asText(), "succeeded");
      }
    }
  }

  @Test
  void a_stopped_gateway_is_backed_up_too_and_only_an_empty_folder_is_restored_into()
      throws Exception {
    Path data = place.resolve("data");
    Path backup = place.resolve("backup.zip");
    String done;
    try (TestGateway gateway = start(data)) {
      done = gateway.post("/webhook/smoke?respond=result", "{}").id();
    }
    assertThat(command(data, "backup", backup.toString())).as(err.toString()).isZero();
    assertThat(command(data, "backup", data.resolve("b.zip").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("into a folder that it copies");
    assertThat(command(place.resolve("none"), "backup", place.resolve("c.zip").toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("There is no H2 database in");

    assertThat(command(data, "restore", backup.toString())).isEqualTo(1);
    assertThat(err.toString()).contains(data + " is not empty");

    Path restored = place.resolve("restored");
    assertThat(command(restored, "restore", backup.toString())).as(err.toString()).isZero();
    try (TestGateway gateway = start(restored)) {
      assertThat(gateway.get("/jobs/" + done + "/outputs/0").status()).isEqualTo(200);
    }
  }

  @Test
  void nothing_is_left_of_a_restore_that_fails_and_none_that_was_cut_off_is_started()
      throws Exception {
    Path data = place.resolve("data");
    Path backup = place.resolve("backup.zip");
    start(data).close();
    assertThat(command(data, "backup", backup.toString())).as(err.toString()).isZero();
    byte[] bytes = Files.readAllBytes(backup);
    Path restored = place.resolve("restored");

    Files.write(backup, Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(command(restored, "restore", backup.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("is not a backup of comfyui-gateway, or is damaged");
    assertThat(restored).doesNotExist();

    byte[] damaged = bytes.clone();
    damaged[bytes.length / 2] ^= 0x55;
    Files.write(backup, damaged);
    assertThat(command(restored, "restore", backup.toString())).isEqualTo(1);
    assertThat(restored).isEmptyDirectory();

    // As a process that is killed leaves it.
    Files.write(backup, bytes);
    Files.createFile(restored.resolve("restoring"));
    Files.createFile(restored.resolve("gateway.mv.db"));
    assertThat(command(restored, "key", "list")).isEqualTo(1);
    assertThat(err.toString()).contains("has not finished").contains("restore FILE");
    assertThat(command(restored, "restore", backup.toString())).as(err.toString()).isZero();
    start(restored).close();
  }
}
