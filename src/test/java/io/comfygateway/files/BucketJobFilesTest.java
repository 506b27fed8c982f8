package io.comfygateway.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.store.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BucketJobFilesTest extends BucketTest {
  private static final UUID JOB = UUID.fromString("ab000000-0000-4000-8000-000000000001");
  private static final UUID OTHER = UUID.fromString("cd000000-0000-4000-8000-000000000002");

  private BucketJobFiles files;

  @BeforeEach
  void make() {
    files =
        new BucketJobFiles(
            bucket.folder(),
            "inputs",
            state(new FreeSpace(Set.of(folder), 0), Runnable::run, InstantSource.system()),
            folder.resolve("transfer"));
  }

  @AfterEach
  void empty() throws IOException {
    bucket.back();
    files.delete(JOB);
    files.delete(OTHER);
    assertThat(folder.resolve("transfer").toFile().list()).isNullOrEmpty();
  }

  private void publish(UUID job, String name, String text) throws IOException {
    try (JobFiles.Draft draft = files.draft(job, name)) {
      Files.writeString(draft.path(), text);
      draft.publish("text/plain");
    }
  }

  @Test
  void another_gateway_reads_what_one_has_published() throws IOException {
    publish(JOB, "fetched-1%2F2.txt", "one");
    publish(JOB, "0", "zero");

    assertThat(files.names(JOB)).containsExactly("0", "fetched-1%2F2.txt");
    assertThat(files.has(JOB, "0")).isTrue();
    assertThat(files.typeOf(JOB, "0")).contains("text/plain");
    try (InputStream in = files.open(JOB, "fetched-1%2F2.txt")) {
      assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("one");
    }
    try (LocalFile copy = files.local(JOB, "0")) {
      assertThat(copy.path()).hasContent("zero");
    }
  }

  @Test
  void a_draft_that_is_not_published_leaves_nothing() throws IOException {
    try (JobFiles.Draft draft = files.draft(JOB, "0")) {
      Files.writeString(draft.path(), "half");
    }

    assertThat(files.names(JOB)).isEmpty();
    assertThat(files.has(JOB, "0")).isFalse();
  }

  @Test
  void a_missing_file_is_missing_and_not_one_in_a_bucket_that_is_away() {
    assertThatThrownBy(() -> files.local(JOB, "0")).isInstanceOf(NoSuchFileException.class);

    bucket.away();
    assertThatThrownBy(() -> files.local(JOB, "0")).isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> publish(JOB, "0", "x")).isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void files_are_deleted_one_by_one_and_with_their_job() throws IOException {
    publish(JOB, "0", "a");
    publish(JOB, "1", "b");
    publish(OTHER, "0", "c");

    files.delete(JOB, "0");
    files.delete(JOB, "0");
    assertThat(files.names(JOB)).containsExactly("1");

    files.delete(JOB);
    assertThat(files.names(JOB)).isEmpty();
    assertThat(files.names(OTHER)).containsExactly("0");
  }

  @Test
  void jobs_whose_files_are_old_are_found() throws IOException {
    publish(JOB, "0", "a");
    publish(OTHER, "0", "c");

    assertThat(files.unchangedSince(Instant.now().plusSeconds(60)))
        .containsExactlyInAnyOrder(JOB, OTHER);
    assertThat(files.unchangedSince(Instant.now().minusSeconds(60))).isEmpty();
  }
}
