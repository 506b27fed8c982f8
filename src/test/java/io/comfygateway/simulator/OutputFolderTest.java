package io.comfygateway.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.simulator.media.Noise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputFolderTest {
  private static final Content ONE_BYTE = new Content.Drawn(() -> new byte[] {7});

  @TempDir private Path folder;

  @Test
  void what_a_prompt_has_saved_lies_in_the_folder_when_its_history_is_there() throws Exception {
    JsonNode graphs = new Recordings().read("/simulator/graphs.json");
    try (ComfySimulator simulator =
        ComfySimulator.start(SimulatorOptions.defaults().withOutputs(folder.resolve("output")))) {
      Caller caller = new Caller(simulator);
      caller.submit(graphs.get("film and sound"), "a");
      await().until(() -> !caller.json("/history/a").isEmpty());

      JsonNode sound = caller.json("/history/a").at("/a/outputs/4/audio/0");
      String name = sound.get("filename").asText();
      assertThat(folder.resolve("output/audio").resolve(name))
          .hasBinaryContent(caller.get("/view?subfolder=audio&filename=" + name).body());
    }
  }

  @Test
  void a_preview_is_no_output() throws Exception {
    Disk disk = disk();

    disk.save("temp", "preview", ".png", ONE_BYTE);
    disk.save("output", "picture", ".png", ONE_BYTE);

    assertThat(written()).containsExactly("picture_00001_.png");
  }

  @Test
  void a_large_file_is_written_as_it_is_read() throws Exception {
    Noise noise = new Noise(3, (1 << 16) + 100);

    disk().save("output", "a/b/big", ".bin", new Content.Streamed(noise));

    byte[] file = Files.readAllBytes(folder.resolve("a/b/big_00001_.bin"));
    assertThat(file)
        .hasSize((1 << 16) + 100)
        .startsWith(noise.block(0))
        .endsWith(noise.block(1 << 16));
  }

  @ParameterizedTest
  @CsvSource({
    "x.png, ..",
    "../x.png, ''",
    "x.png, a/../../b",
    "/x.png, ''",
    "., ''",
    "x\u0000.png, ''",
  })
  void a_name_that_leaves_the_folder_is_refused(String filename, String subfolder)
      throws Exception {
    Path inner = Files.createDirectory(folder.resolve("inner"));

    assertThatThrownBy(
            () ->
                new OutputFolder(inner).write(new FileRef(filename, subfolder, "output"), ONE_BYTE))
        .isInstanceOf(NodeFailure.class)
        .hasMessageContaining("not allowed");
    assertThat(written()).isEmpty();
  }

  @Test
  void a_file_that_cannot_be_written_fails_its_node() throws Exception {
    Files.createFile(folder.resolve("a"));

    assertThatThrownBy(() -> disk().save("output", "a/b", ".png", ONE_BYTE))
        .isInstanceOf(NodeFailure.class)
        .hasMessageStartingWith("cannot write a/b_00001_.png");
  }

  private Disk disk() {
    return new Disk(Optional.of(new OutputFolder(folder)));
  }

  private List<String> written() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .toList();
    }
  }
}
