package io.comfygateway.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.comfygateway.TestJson;
import io.comfygateway.files.FolderJobFiles;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Stage;
import io.comfygateway.pool.SocketPictures;
import io.comfygateway.problem.Warning;
import io.comfygateway.store.StoreSwitch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputDownloadTest {
  @TempDir Path folder;
  private OutputDownload download;
  private final Job job =
      new Job(
          UUID.randomUUID(),
          1,
          "alice",
          Optional.empty(),
          JobStatus.RUNNING,
          Stage.COLLECTING,
          0,
          new Job.Place(Optional.of("a"), 1, 1),
          Job.Times.waiting(Instant.EPOCH, Optional.empty()),
          Optional.empty(),
          false,
          JobFacts.of(Map.of(), JsonNodeFactory.instance.objectNode()),
          Optional.empty(),
          Optional.empty());
  private final List<Output> stored = new ArrayList<>();
  private final List<Warning> leftOut = new ArrayList<>();

  @BeforeEach
  void make() {
    download =
        new OutputDownload(
            new FolderOutputStore(folder.resolve("outputs")),
            new SocketPictures(
                new FolderJobFiles(folder.resolve("inputs"), new StoreSwitch()),
                List.of(),
                TestJson.MAPPER));
  }

  private void store(OutputFile file, int status, String type, String bytes)
      throws IOException, OutputMissingException {
    store(file, status, type, null, bytes);
  }

  private void store(OutputFile file, int status, String type, Long length, String bytes)
      throws IOException, OutputMissingException {
    download.store(
        job,
        file,
        leftOut,
        stored,
        status,
        type,
        length,
        new ByteArrayInputStream(bytes.getBytes(StandardCharsets.UTF_8)));
  }

  private static OutputFile image(String name) {
    return new OutputFile(0, "9", OutputKind.IMAGE, name, "", "output");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc/passwd", "/etc/passwd", "a\\b\\passwd", "pass\u0000wd"})
  void a_name_with_folders_is_stored_without_them(String name) throws Exception {
    store(image(name), 200, null, "x");

    assertThat(stored.get(0).source().filename()).isEqualTo("passwd");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404})
  void a_file_that_comfyui_does_not_have_is_missing_at_once(int status) {
    assertThatThrownBy(() -> store(image("a.png"), status, null, ""))
        .isInstanceOfSatisfying(
            OutputMissingException.class, it -> assertThat(it.node()).isEqualTo("9"))
        .hasMessageContaining("a.png")
        .hasMessageContaining(String.valueOf(status));
  }

  @ParameterizedTest
  @ValueSource(ints = {206, 302, 401, 429, 500, 503})
  void any_other_status_fails_the_try_and_stores_nothing(int status) {
    assertThatThrownBy(() -> store(image("a.png"), status, "image/png", "x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(String.valueOf(status));
    assertThat(stored).isEmpty();
    assertThat(folder.resolve("outputs"))
        .satisfiesAnyOf(
            it -> assertThat(it).doesNotExist(), it -> assertThat(it).isEmptyDirectory());
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 4})
  void an_output_of_another_length_than_announced_is_incomplete(long announced) throws Exception {
    assertThatThrownBy(() -> store(image("a.png"), 200, "image/png", announced, "abc"))
        .isInstanceOf(IncompleteOutputException.class);
    assertThat(stored).isEmpty();

    store(image("a.png"), 200, "image/png", 3L, "abc");
    assertThat(stored).extracting(it -> it.stored().bytes()).containsExactly(3L);
  }

  @Test
  void a_second_attempt_after_a_crash_replaces_what_the_first_has_stored() throws Exception {
    store(image("a.png"), 200, "image/png", "first");
    store(image("a.png"), 200, "image/png", "second");

    try (Stream<Path> files = Files.walk(folder.resolve("outputs"))) {
      assertThat(files.filter(Files::isRegularFile))
          .singleElement()
          .satisfies(file -> assertThat(file).hasContent("second"));
    }
  }

  @Test
  void what_only_looked_like_a_file_is_left_out_with_a_warning() throws Exception {
    OutputFile guessed =
        new OutputFile(0, "9", OutputKind.MODEL, "x.glb", "", "output", true, Optional.empty());
    store(guessed, 404, null, "");

    assertThat(stored).isEmpty();
    assertThat(leftOut).extracting(Warning::code).containsExactly("output_missing");
  }

  @Test
  void an_html_page_or_nothing_in_the_place_of_a_picture_is_a_failure() {
    assertThatThrownBy(() -> store(image("a.png"), 200, "text/html; charset=utf-8", "<html>"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("HTML page");
    assertThatThrownBy(() -> store(image("a.png"), 200, "image/png", ""))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no bytes");
    assertThat(stored).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!doctype html><title>Log in</title>",
        "<HTML><body>",
        "  \n\t<!-- proxy --> <html>",
        "\uFEFF<!DOCTYPE html>"
      })
  void an_html_page_with_the_type_of_a_picture_is_a_failure(String page) {
    assertThatThrownBy(() -> store(image("a.png"), 200, "image/png", page))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("HTML page");
    assertThat(stored).isEmpty();
  }

  @Test
  void a_page_that_a_node_saved_as_a_text_is_an_output() throws Exception {
    OutputFile page = new OutputFile(0, "9", OutputKind.TEXT, "a.html", "", "output");
    store(page, 200, null, "<!doctype html><p>report");

    assertThat(stored).hasSize(1);
  }

  @Test
  void an_empty_text_is_an_output() throws Exception {
    store(new OutputFile(0, "9", OutputKind.TEXT, "a.txt", "", "output"), 200, "text/plain", "");

    assertThat(stored).hasSize(1);
  }
}
