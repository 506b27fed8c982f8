package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
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

  @Test
  void an_empty_sidecar_is_none() throws IOException {
    put("titled.json", "a.json");
    WorkflowLibrary library = new WorkflowLibrary(folder);
    Workflow before = library.find("a").orElseThrow();

    Files.writeString(folder.resolve("a.yaml"), "\n");
    library.reload();

    assertThat(library.faults()).isEmpty();
    assertThat(library.find("a").orElseThrow().inputNames()).isEqualTo(before.inputNames());
  }

  @Test
  void a_database_that_does_not_answer_is_asked_once_for_each_reload() throws IOException {
    put("titled.json", "a.json");
    put("titled.json", "b.json");
    put("titled.json", "c.json");
    AtomicInteger asked = new AtomicInteger();
    AtomicBoolean isDown = new AtomicBoolean(true);
    WorkflowLibrary library = new WorkflowLibrary(folder);
    library.keepIn(
        numberedBy(
            () -> {
              asked.incrementAndGet();
              if (isDown.get()) {
                throw new UnreachableStoreException(new IllegalStateException("down"));
              }
              return 4;
            }));

    assertThat(asked).hasValue(1);
    assertThat(library.faults())
        .extracting(FileFault::file)
        .containsExactly("a.json", "b.json", "c.json");

    isDown.set(false);
    library.reload();
    assertThat(asked).hasValue(4);
    assertThat(library.faults()).isEmpty();

    isDown.set(true);
    put("named.yaml", "a.yaml");
    put("named.yaml", "b.yaml");
    library.reload();
    assertThat(asked).hasValue(5);
    assertThat(library.find("a").orElseThrow().ref()).as("what was loaded stays").isEqualTo("a@4");
  }

  private static StoredWorkflows numberedBy(IntSupplier number) {
    return new StoredWorkflows() {
      @Override
      public int number(String name, int least, WorkflowSource content) {
        return number.getAsInt();
      }

      @Override
      public Map<String, Workflow> uploaded() {
        return Map.of();
      }

      @Override
      public Optional<Kept> find(String name, int version) {
        return Optional.empty();
      }

      @Override
      public Optional<JsonNode> editor(String name, int version) {
        return Optional.empty();
      }

      @Override
      public OptionalInt aliased(String name, String alias) {
        return OptionalInt.empty();
      }

      @Override
      public List<FileFault> faults() {
        return List.of();
      }
    };
  }
}
