package io.comfygateway.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.files.FolderJobFiles;
import io.comfygateway.files.FreeSpace;
import io.comfygateway.job.StoreTest;
import io.comfygateway.media.FileRules;
import io.comfygateway.media.UnfitFileException;
import io.comfygateway.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

/** The uploads of a caller have names of its own, a quota and an end. */
class UploadStoreTest extends StoreTest {
  private static final FileReference NAME = new FileReference("a.json", "", "input");
  private static final int AT_ONCE = 4;
  private Path place;
  private Uploads uploads;
  private UploadStore store;

  @BeforeEach
  void create() {
    place = folder.resolve("uploads");
    UploadFolder files =
        new UploadFolder(
            new FolderJobFiles(place, new FreeSpace(Set.of(folder), 0)),
            new FileRules(1_000, 1_000, 10));
    uploads = new Uploads(database.jdbc(), database.transaction(), files, clock);
    store = new UploadStore(uploads, files, new UploadStore.Rules(60, Duration.ofDays(7)), clock);
  }

  private FileReference add(String owner, String text, boolean overwrite)
      throws IOException, UnfitFileException {
    return store.add(
        owner, NAME, overwrite, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private String text(String owner, FileReference name) throws IOException {
    return Files.readString(
        uploads.find(owner, name).orElseThrow().file().content().local().path());
  }

  private int files() throws IOException {
    try (var all = Files.list(place)) {
      return (int) all.count();
    }
  }

  @Test
  void names_do_not_meet_those_of_another_caller() throws Exception {
    assertThat(add("ann", "{\"of\": \"ann\"}", false)).isEqualTo(NAME);
    assertThat(add("bob", "{\"of\": \"bob\"}", false)).isEqualTo(NAME);

    assertThat(text("ann", NAME)).contains("ann");
    assertThat(text("bob", NAME)).contains("bob");
    assertThat(uploads.find("eve", NAME)).isEmpty();
    assertThat(uploads.inputs("ann")).extracting(CallerFile::filename).isEqualTo(List.of("a.json"));
  }

  @Test
  void another_file_of_a_name_gets_a_number_and_the_same_file_none() throws Exception {
    add("ann", "{\"n\": 1}", false);

    assertThat(add("ann", "{\"n\": 1}", false)).isEqualTo(NAME);
    assertThat(add("ann", "{\"n\": 2}", false).filename()).isEqualTo("a (1).json");
    assertThat(add("ann", "{\"n\": 3}", true)).isEqualTo(NAME);
    assertThat(text("ann", NAME)).contains("3");
    assertThat(files()).isEqualTo(3);
    clock.advance(Duration.ofMinutes(1));
    store.expire();
    assertThat(files()).isEqualTo(2);
  }

  @Test
  void a_caller_stores_no_more_than_its_quota_and_nothing_is_left_of_the_rest() throws Exception {
    String large = "{\"n\": \"" + "x".repeat(40) + "\"}";
    add("ann", large, false);

    assertThatThrownBy(() -> add("ann", large.replace('x', 'y'), false))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("60 bytes");
    add("bob", large, false);
    assertThat(files()).isEqualTo(2);
  }

  @Test
  void the_same_bytes_and_a_file_that_takes_the_place_of_another_need_no_room_of_their_own()
      throws Exception {
    String large = "{\"n\": \"" + "x".repeat(40) + "\"}";
    add("ann", large, false);

    assertThat(add("ann", large, false)).isEqualTo(NAME);
    assertThat(add("ann", large, true)).isEqualTo(NAME);
    assertThat(add("ann", large.replace('x', 'y'), true)).isEqualTo(NAME);
    assertThat(text("ann", NAME)).contains("y");
    clock.advance(Duration.ofMinutes(1));
    store.expire();
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void uploads_at_the_same_time_take_no_more_than_the_quota_and_a_name_each() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    CountDownLatch begun = new CountDownLatch(AT_ONCE);
    try {
      List<Future<FileReference>> added = new ArrayList<>();
      for (int n = 0; n < AT_ONCE; n++) {
        String text = "{\"number\": %d, \"of\": \"ann\"}".formatted(n);
        added.add(
            threads.submit(
                () -> {
                  begun.countDown();
                  begun.await();
                  return add("ann", text, false);
                }));
      }
      Set<String> names = new HashSet<>();
      for (Future<FileReference> one : added) {
        try {
          names.add(one.get().filename());
        } catch (ExecutionException refused) {
          assertThat(refused).hasCauseInstanceOf(Problem.class);
        }
      }
      assertThat(names).containsExactlyInAnyOrder("a.json", "a (1).json");
      assertThat(uploads.bytes("ann")).isLessThanOrEqualTo(60);
      assertThat(files()).isEqualTo(2);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void a_file_is_not_lost_when_the_one_that_is_to_take_its_place_cannot_be_stored()
      throws Exception {
    add("ann", "{\"n\": 1}", false);
    database.jdbc().sql("ALTER TABLE upload ADD CONSTRAINT small CHECK (bytes < 9)").update();

    assertThatThrownBy(() -> add("ann", "{\"n\": 22}", true))
        .isInstanceOf(DataAccessException.class);

    assertThat(text("ann", NAME)).contains("1");
  }

  @Test
  void names_with_characters_of_patterns_get_numbers_too() throws Exception {
    for (String name : List.of("100%_!.json", "100.json")) {
      FileReference wanted = new FileReference(name, "", "input");
      for (int n = 0; n < 3; n++) {
        String text = String.valueOf(n);
        FileReference stored =
            store.add(
                "ann",
                wanted,
                false,
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        assertThat(stored).isEqualTo(n == 0 ? wanted : wanted.numbered(n));
      }
    }
  }

  @Test
  void what_no_prompt_uses_is_removed_in_time() throws Exception {
    add("ann", "{\"n\": 1}", false);
    add("bob", "{\"n\": 1}", false);
    clock.advance(Duration.ofDays(5));
    uploads.used(uploads.find("ann", NAME).orElseThrow().id());
    clock.advance(Duration.ofDays(3));

    store.expire();

    assertThat(uploads.find("ann", NAME)).isPresent();
    assertThat(uploads.find("bob", NAME)).isEmpty();
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void a_file_that_a_crash_left_without_a_row_is_removed() throws Exception {
    add("ann", "{\"n\": 1}", false);
    Path left = place.resolve(UUID.randomUUID().toString());
    Files.createDirectories(left);
    Files.writeString(left.resolve("file"), "x");
    Files.setLastModifiedTime(left, FileTime.from(clock.instant().minus(Duration.ofHours(2))));

    store.expire();

    assertThat(left).doesNotExist();
    assertThat(uploads.find("ann", NAME)).isPresent();
  }

  @Test
  void an_upload_is_removed_by_its_caller_alone() throws Exception {
    add("ann", "{\"n\": 1}", false);
    UUID id = uploads.find("ann", NAME).orElseThrow().id();

    assertThat(uploads.find("bob", id)).isEmpty();
    assertThat(store.remove("bob", id)).isFalse();
    assertThat(files()).isEqualTo(1);
    assertThat(store.remove("ann", id)).isTrue();
    assertThat(store.remove("ann", id)).isFalse();
    assertThat(files()).isZero();
  }

  @Test
  void the_end_of_an_upload_is_counted_from_its_last_use() throws Exception {
    add("ann", "{\"n\": 1}", false);
    Uploads.Upload before = uploads.find("ann", NAME).orElseThrow();
    clock.advance(Duration.ofDays(5));
    uploads.used(before.id());

    Uploads.Upload upload = uploads.find("ann", before.id()).orElseThrow();

    assertThat(upload.created()).isEqualTo(before.created());
    assertThat(store.expires(upload)).isEqualTo(store.expires(before).plus(Duration.ofDays(5)));
  }

  @Test
  void pages_go_from_the_newest_to_the_oldest_also_within_one_instant() throws Exception {
    for (int number = 0; number < 5; number++) {
      add("ann", "{\"n\": " + number + "}", false);
      clock.advance(Duration.ofSeconds(number % 2));
    }
    add("bob", "{}", false);
    List<UUID> all =
        uploads.page("ann", Optional.empty(), 10).stream().map(Uploads.Upload::id).toList();

    List<UUID> paged = new ArrayList<>();
    Optional<Uploads.Place> after = Optional.empty();
    for (int page = 0; page < 3; page++) {
      for (Uploads.Upload upload : uploads.page("ann", after, 2)) {
        paged.add(upload.id());
        after = Optional.of(new Uploads.Place(upload.created(), upload.id()));
      }
    }

    assertThat(all).hasSize(5);
    assertThat(paged).isEqualTo(all);
    assertThat(uploads.find("ann", all.get(0)).orElseThrow().name().filename())
        .isEqualTo("a (4).json");
  }

  @Test
  void pages_lose_nothing_where_the_database_has_set_the_time() throws Exception {
    add("ann", "{\"n\": 1}", false);
    add("ann", "{\"n\": 2}", false);
    database
        .jdbc()
        .sql(
            "UPDATE upload SET created_at = TIMESTAMP WITH TIME ZONE '2026-03-01 12:00:00.123456Z'")
        .update();
    Uploads.Upload first = uploads.page("ann", Optional.empty(), 1).get(0);

    assertThat(uploads.page("ann", Optional.of(new Uploads.Place(first.created(), first.id())), 5))
        .hasSize(1);
  }
}
