package io.comfygateway.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.comfygateway.TestJson;
import io.comfygateway.job.Draft;
import io.comfygateway.job.StoreTest;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import io.comfygateway.workflow.WorkflowSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploaded workflows, the versions of files, and aliases, in the database. */
class StoredLibraryTest extends StoreTest {
  private static final String GRAPH =
      "{\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{\"width\":%d}}}";

  @TempDir Path folder;
  private StoredLibrary stored;
  private VersionPruning pruning;
  private WorkflowPublisher publisher;

  @BeforeEach
  void openLibrary() {
    stored = another();
    limit(1_000_000);
  }

  private void limit(long bytes) {
    LibraryLimits limits = new LibraryLimits(2, 2, bytes);
    pruning = new VersionPruning(stored, clock, limits);
    publisher = new WorkflowPublisher(stored, pruning, limits);
  }

  /** The library of another gateway on the same database. */
  private StoredLibrary another() {
    StoredLibrary library =
        new StoredLibrary(database.jdbc(), database.transaction(), clock, Graph.Limits.STANDARD);
    library.refresh();
    return library;
  }

  private static WorkflowSource source(int width) {
    return new WorkflowSource(
        "portrait",
        TestJson.parse(GRAPH.formatted(width)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private Upload.Stored upload(String name, int width, OptionalInt instead) {
    return publisher.upload(new Upload(name, source(width), "alice", Optional.of("note"), instead));
  }

  private Upload.Stored upload(String name, int width) {
    return upload(name, width, OptionalInt.empty());
  }

  @Test
  void an_upload_runs_and_each_change_of_it_is_a_version_that_stays() {
    assertThat(upload("shop/portrait", 1)).isEqualTo(new Upload.Stored(1, true));
    assertThat(upload("shop/portrait", 1)).isEqualTo(new Upload.Stored(1, false));
    assertThat(upload("shop/portrait", 2)).isEqualTo(new Upload.Stored(2, true));
    WorkflowLibrary library = new WorkflowLibrary(folder);
    library.keepIn(another());

    assertThat(library.find("shop/portrait").orElseThrow().ref()).isEqualTo("shop/portrait@2");
    assertThat(library.find("shop/portrait@1").orElseThrow().graph().toJson())
        .isEqualTo(source(1).graph());
    assertThat(library.find("shop/portrait@3")).isEmpty();
    assertThat(library.all()).hasSize(1).allMatch(Workflow::isUploaded);
    assertThat(library.find("shop/portrait@1").orElseThrow().isUploaded()).isTrue();
    assertThat(stored.versions("shop/portrait"))
        .containsExactly(
            new StoredVersion(2, Optional.of("note"), clock.instant(), Optional.of("alice")),
            new StoredVersion(1, Optional.of("note"), clock.instant(), Optional.of("alice")));
  }

  @Test
  void another_gateway_sees_an_upload_at_its_next_refresh() {
    StoredLibrary other = another();
    upload("a", 1);
    assertThat(other.uploaded()).isEmpty();

    other.refresh();
    var before = other.uploaded();
    assertThat(before).containsOnlyKeys("a");
    other.refresh();
    assertThat(other.uploaded()).isSameAs(before);
  }

  @Test
  void an_upload_that_expects_another_version_is_refused() {
    upload("a", 1, OptionalInt.of(0));

    assertThatThrownBy(() -> upload("a", 2, OptionalInt.of(0)))
        .isInstanceOfSatisfying(
            Problem.class, it -> assertThat(it.type()).isEqualTo(ProblemType.WORKFLOW_CHANGED));
    assertThat(upload("a", 2, OptionalInt.of(1)).version()).isEqualTo(2);
    assertThatThrownBy(() -> upload("a", 3, OptionalInt.of(1))).hasMessageContaining("\"2\"");
  }

  @Test
  void there_are_no_more_workflows_than_the_limit() {
    upload("a", 1);
    upload("b", 1);

    assertThatThrownBy(() -> upload("c", 1))
        .isInstanceOfSatisfying(
            Problem.class, it -> assertThat(it.type()).isEqualTo(ProblemType.WORKFLOW_CONFLICT));
    assertThat(upload("b", 2).isNew()).isTrue();
  }

  @Test
  void all_versions_together_have_no_more_bytes_than_the_limit() {
    upload("a", 1);
    limit(2 * source(1).bytes());
    upload("a", 2);

    assertThatThrownBy(() -> upload("a", 3))
        .isInstanceOfSatisfying(
            Problem.class, it -> assertThat(it.type()).isEqualTo(ProblemType.WORKFLOW_CONFLICT))
        .hasMessageContaining("GATEWAY_WORKFLOWS_MAX_STORED_BYTES");
    assertThat(upload("a", 2).isNew()).isFalse();
  }

  @Test
  void a_removed_workflow_goes_on_with_the_next_version() {
    upload("a", 1);
    publisher.setAlias("a", "production", 1, false, "alice");
    assertThat(publisher.remove("a", "bob")).isTrue();
    assertThat(publisher.remove("a", "bob")).isFalse();
    WorkflowLibrary library = new WorkflowLibrary(folder);
    library.keepIn(stored);
    assertThat(library.find("a")).isEmpty();
    assertThat(library.find("a@1")).isEmpty();

    assertThat(upload("a", 1)).isEqualTo(new Upload.Stored(2, true));
    assertThat(library.find("a@production")).isEmpty();
    assertThat(library.find("a").orElseThrow().version()).isEqualTo(2);
  }

  @Test
  void an_alias_moves_and_its_moves_are_kept() {
    upload("a", 1);
    upload("a", 2);
    StoredLibrary other = another();

    assertThat(publisher.setAlias("a", "production", 1, false, "alice")).isEmpty();
    assertThat(publisher.setAlias("a", "production", 2, false, "bob")).contains(1);
    assertThat(publisher.setAlias("a", "production", 2, false, "bob")).contains(2);
    other.refresh();
    assertThat(other.aliased("a", "production")).hasValue(2);
    assertThat(publisher.removeAlias("a", "production", "carol")).contains(2);
    assertThat(publisher.removeAlias("a", "production", "carol")).isEmpty();

    assertThat(stored.aliased("a", "production")).isEmpty();
    assertThat(stored.moves("a"))
        .extracting(Alias.Move::from, Alias.Move::to, Alias.Move::by)
        .containsExactly(
            tuple(Optional.of(2), Optional.empty(), "carol"),
            tuple(Optional.of(1), Optional.of(2), "bob"),
            tuple(Optional.empty(), Optional.of(1), "alice"));
  }

  @Test
  void a_number_is_no_alias() {
    upload("a", 1);

    for (String alias : List.of("3", "", "-x", "a b", "a/b", "x".repeat(51))) {
      assertThatThrownBy(() -> publisher.setAlias("a", alias, 1, false, "alice"))
          .as(alias)
          .isNotNull();
    }
    assertThat(publisher.setAlias("a", "3x", 1, false, "alice")).isEmpty();
  }

  @Test
  void versions_beyond_the_limit_go_except_those_that_an_alias_names() {
    upload("a", 1);
    publisher.setAlias("a", "production", 1, false, "alice");
    upload("a", 2);
    upload("a", 3);
    upload("a", 4);
    assertThat(stored.versions("a")).as("all are young").hasSize(4);
    StoredLibrary other = another();
    assertThat(other.find("a", 2)).isPresent();
    assertThat(other.find("a", 3)).isPresent();
    clock.advance(Duration.ofMinutes(61));
    pruning.prune();
    other.refresh();
    assertThat(other.find("a", 2)).as("on another gateway").isEmpty();
    assertThat(other.find("a", 3)).isPresent();

    assertThat(stored.versions("a")).extracting(StoredVersion::version).containsExactly(4, 3, 1);
    assertThatThrownBy(() -> publisher.setAlias("a", "old", 2, false, "alice"))
        .hasMessageContaining("no version 2");
    assertThat(stored.find("a", 2)).isEmpty();
  }

  @Test
  void a_version_that_nothing_names_is_removed_an_hour_after_it_was_retired() {
    uploadThree();
    pruning.prune();
    assertThat(stored.find("a", 1)).isEmpty();
    assertThat(rows("a")).isEqualTo(3);

    clock.advance(Duration.ofMinutes(61));
    pruning.prune();

    assertThat(rows("a")).isEqualTo(2);
  }

  @Test
  void a_job_that_found_its_version_before_that_was_retired_keeps_it() {
    uploadThree();
    pruning.prune();
    queue.accept(Draft.of("me").workflow("a@1").build(), () -> {});

    assertThat(stored.find("a", 1)).isPresent();
    clock.advance(Duration.ofMinutes(61));
    pruning.prune();

    assertThat(stored.versions("a")).extracting(StoredVersion::version).containsExactly(3, 2, 1);
    assertThat(another().find("a", 1)).isPresent();
  }

  @Test
  void a_file_that_has_the_content_of_a_retired_version_has_it_again() throws IOException {
    Path file = folder.resolve("a.json");
    WorkflowLibrary library = new WorkflowLibrary(folder);
    library.keepIn(stored);
    for (int width = 1; width <= 3; width++) {
      Files.writeString(file, GRAPH.formatted(width) + " ".repeat(width));
      library.reload();
    }
    clock.advance(Duration.ofMinutes(61));
    pruning.prune();
    assertThat(library.find("a@1")).isEmpty();

    Files.writeString(file, GRAPH.formatted(1));
    library.reload();
    clock.advance(Duration.ofMinutes(61));
    pruning.prune();

    assertThat(library.find("a").orElseThrow().version()).isEqualTo(1);
    assertThat(another().find("a", 1)).isPresent();
  }

  private void uploadThree() {
    upload("a", 1);
    upload("a", 2);
    upload("a", 3);
    clock.advance(Duration.ofMinutes(61));
  }

  private int rows(String name) {
    return database
        .jdbc()
        .sql("SELECT COUNT(*) FROM workflow_version WHERE name = :name")
        .param("name", name)
        .query(Integer.class)
        .single();
  }

  @Test
  void a_file_that_changes_keeps_the_version_before() throws IOException {
    Path file = folder.resolve("a.json");
    Files.writeString(file, GRAPH.formatted(1));
    WorkflowLibrary library = new WorkflowLibrary(folder);
    library.keepIn(stored);
    assertThat(library.find("a").orElseThrow().version()).isEqualTo(1);

    Files.writeString(file, GRAPH.formatted(22));
    library.reload();
    assertThat(library.find("a").orElseThrow().version()).isEqualTo(2);
    assertThat(library.find("a@1").orElseThrow().graph().toJson()).isEqualTo(source(1).graph());
    assertThat(library.isFile("a")).isTrue();
    assertThat(library.find("a").orElseThrow().isUploaded()).isFalse();
    assertThat(library.find("a@1").orElseThrow().isUploaded()).isFalse();

    Files.writeString(file, GRAPH.formatted(1) + "\n");
    library.reload();
    assertThat(library.find("a").orElseThrow().version()).as("as it was").isEqualTo(1);
    WorkflowLibrary restarted = new WorkflowLibrary(folder);
    restarted.keepIn(another());
    assertThat(restarted.find("a").orElseThrow().version()).isEqualTo(1);
    assertThat(restarted.find("a@2")).isPresent();
  }

  @Test
  void a_number_in_the_YAML_file_is_the_least_that_the_version_has() throws IOException {
    Files.writeString(folder.resolve("a.json"), GRAPH.formatted(1));
    Files.writeString(folder.resolve("a.yaml"), "version: 5\n");
    WorkflowLibrary library = new WorkflowLibrary(folder);
    library.keepIn(stored);
    assertThat(library.find("a").orElseThrow().version()).isEqualTo(5);

    Files.writeString(folder.resolve("a.yaml"), "version: 5\ntitle: Another\n");
    library.reload();
    assertThat(library.find("a").orElseThrow().version()).isEqualTo(6);

    Files.writeString(folder.resolve("a.yaml"), "version: 9\ntitle: Another\n");
    library.reload();
    assertThat(library.find("a").orElseThrow().version()).isEqualTo(9);
  }
}
