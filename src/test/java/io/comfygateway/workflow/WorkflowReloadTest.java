package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workflow files that are edited, deleted or broken while the gateway runs. */
class WorkflowReloadTest {
  @TempDir Path folder;
  private int edits;

  @Test
  void new_edited_and_deleted_files_are_taken_over() throws IOException {
    put("titled.json", "a.json");
    WorkflowLibrary library = new WorkflowLibrary(folder);
    assertThat(library.reload()).as("nothing changed").isFalse();

    put("titled.json", "b.json");
    assertThat(library.reload()).isTrue();
    assertThat(library.find("b")).isPresent();

    put("named.yaml", "a.yaml");
    assertThat(library.reload()).isTrue();
    assertThat(library.find("a").orElseThrow().ref()).isEqualTo("a@3");

    Files.delete(folder.resolve("a.yaml"));
    Files.delete(folder.resolve("b.json"));
    assertThat(library.reload()).isTrue();
    assertThat(library.find("a").orElseThrow().ref()).isEqualTo("a@1");
    assertThat(library.find("b")).isEmpty();
    assertThat(library.faults()).isEmpty();
  }

  @Test
  void a_file_that_breaks_leaves_its_last_good_state_serving_until_it_is_mended()
      throws IOException {
    put("titled.json", "a.json");
    put("named.yaml", "a.yaml");
    WorkflowLibrary library = new WorkflowLibrary(folder);
    Workflow good = library.find("a").orElseThrow();

    for (String broken : List.of("unfinished.json", "broken.json", "editor.json")) {
      put(broken, "a.json");
      library.reload();
      assertThat(library.find("a@3")).containsSame(good);
      assertThat(library.faults()).isNotEmpty();
    }
    put("titled.json", "a.json");
    put("faulty/bad-type.yaml", "a.yaml");
    library.reload();
    assertThat(library.find("a")).containsSame(good);
    assertThat(library.faults()).extracting(FileFault::file).containsExactly("a.yaml");

    put("version-3.yaml", "a.yaml");
    library.reload();
    assertThat(library.faults()).isEmpty();
    assertThat(library.find("a").orElseThrow().namesInputs()).isFalse();
  }

  @Test
  void a_folder_that_is_gone_for_a_moment_takes_nothing_away() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("workflows"));
    Cases.copy("titled.json", inner.resolve("a.json"));
    WorkflowLibrary library = new WorkflowLibrary(inner);

    Files.move(inner, folder.resolve("elsewhere"));
    library.reload();
    assertThat(library.find("a")).isPresent();
    assertThat(library.faults()).hasSize(1);

    Files.move(folder.resolve("elsewhere"), inner);
    library.reload();
    assertThat(library.faults()).isEmpty();
  }

  @Test
  void readers_never_miss_a_workflow_while_its_file_is_reloaded() throws Exception {
    put("titled.json", "a.json");
    WorkflowLibrary library = new WorkflowLibrary(folder);
    AtomicBoolean done = new AtomicBoolean();
    AtomicBoolean missed = new AtomicBoolean();
    Thread reader =
        new Thread(
            () -> {
              while (!done.get()) {
                missed.compareAndSet(false, library.find("a").isEmpty());
              }
            });
    reader.start();
    for (int i = 0; i < 100; i++) {
      put(i % 2 == 0 ? "unfinished.json" : "titled.json", "a.json");
      library.reload();
    }
    done.set(true);
    reader.join();

    assertThat(missed).isFalse();
  }

  /** Each edit gets a later time, as edits by hand have. */
  private void put(String resource, String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Cases.copy(resource, file);
    Files.setLastModifiedTime(
        file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(edits++)));
  }
}
