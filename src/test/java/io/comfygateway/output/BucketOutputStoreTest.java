package io.comfygateway.output;

import static io.comfygateway.TestDigests.sha256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.files.BucketState;
import io.comfygateway.files.BucketTest;
import io.comfygateway.files.FreeSpace;
import io.comfygateway.files.LocalFile;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BucketOutputStoreTest extends BucketTest {
  private static final UUID JOB = UUID.fromString("ab000000-0000-4000-8000-000000000001");
  private static final String PLACE = "outputs/ab/" + JOB + "/";

  private final AtomicLong free = new AtomicLong(2_000);
  private BucketState state;
  private BucketOutputStore store;

  @BeforeEach
  void make() {
    state =
        state(
            new FreeSpace(Set.of(folder), 1_000, place -> free.get(), InstantSource.system()),
            Runnable::run,
            InstantSource.system());
    store = new BucketOutputStore(bucket.folder(), state, folder.resolve("transfer"));
  }

  @AfterEach
  void empty() throws IOException {
    bucket.back();
    store.delete(JOB);
    assertThat(folder.resolve("transfer").toFile().list()).isNullOrEmpty();
  }

  @Test
  void a_small_output_is_one_object_under_the_name_that_it_has_in_a_folder() throws Exception {
    byte[] page = "<svg/>".getBytes(UTF_8);

    StoredOutput stored = store.store(JOB, 3, "../a b/über?.svg", in(page), OptionalLong.of(6));

    assertThat(stored.location()).startsWith("ab/" + JOB + "/3-").endsWith(".svg");
    assertThat(stored.bytes()).isEqualTo(6);
    assertThat(stored.sha256()).isEqualTo(sha256(page));
    assertThat(bucket.names()).contains("outputs/" + stored.location());
    assertThat(read(store.open(stored))).isEqualTo(page);
  }

  @Test
  void a_large_output_goes_in_parts_and_is_read_from_any_offset() throws Exception {
    byte[] film = new byte[12_000_000];
    new Random(1).nextBytes(film);

    StoredOutput stored = store.store(JOB, 0, "film.mp4", in(film), OptionalLong.empty());

    assertThat(stored.sha256()).isEqualTo(sha256(film));
    assertThat(bucket.folder().unfinished()).isEmpty();
    StoredBytes bytes = store.bytes(stored);
    bytes.require();
    assertThat(read(bytes.open(11_999_990, 10)))
        .isEqualTo(Arrays.copyOfRange(film, 11_999_990, 12_000_000));
    assertThat(read(bytes.open(5_242_870, 20)))
        .isEqualTo(Arrays.copyOfRange(film, 5_242_870, 5_242_890));
    assertThat(bytes.file()).isEmpty();
    try (LocalFile copy = store.local(stored)) {
      assertThat(copy.path()).hasBinaryContent(film);
    }
  }

  @Test
  void an_output_of_exactly_one_part_and_an_empty_one_are_stored() throws Exception {
    byte[] part = new byte[5 * 1_048_576];
    StoredOutput whole = store.store(JOB, 0, "a.bin", in(part), OptionalLong.of(part.length));
    StoredOutput empty = store.store(JOB, 1, "b.bin", in(new byte[0]), OptionalLong.empty());

    assertThat(read(store.open(whole))).isEqualTo(part);
    assertThat(read(store.open(empty))).isEmpty();
  }

  @Test
  void nothing_is_visible_of_an_output_whose_source_breaks() throws Exception {
    byte[] most = new byte[11_000_000];
    InputStream broken =
        new SequenceInputStream(
            in(most),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("ComfyUI is gone");
              }
            });

    assertThatThrownBy(() -> store.store(JOB, 0, "film.mp4", broken, OptionalLong.empty()))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("ComfyUI is gone");

    assertThat(bucket.names()).noneMatch(name -> name.startsWith(PLACE));
    assertThat(bucket.folder().unfinished()).isEmpty();
  }

  @Test
  void an_output_of_another_length_than_announced_is_none() throws Exception {
    assertThatThrownBy(() -> store.store(JOB, 0, "a.png", in(new byte[9]), OptionalLong.of(10)))
        .isInstanceOf(IncompleteOutputException.class);
    assertThatThrownBy(() -> store.store(JOB, 0, "a.png", in(new byte[11]), OptionalLong.of(10)))
        .isInstanceOf(IncompleteOutputException.class);

    assertThat(bucket.names()).noneMatch(name -> name.startsWith(PLACE));
  }

  @Test
  void the_same_output_again_replaces_it_whatever_its_name_was() throws Exception {
    store.store(JOB, 1, "a.png", in("1".getBytes(UTF_8)));
    store.store(JOB, 10, "c.png", in("3".getBytes(UTF_8)));
    StoredOutput renamed = store.store(JOB, 1, "b.png", in("2".getBytes(UTF_8)));

    assertThat(bucket.names())
        .filteredOn(name -> name.startsWith(PLACE))
        .containsExactly(PLACE + "1-b.png", PLACE + "10-c.png");
    assertThat(read(store.open(renamed))).asString(UTF_8).isEqualTo("2");
  }

  @Test
  void outputs_of_a_job_are_deleted_and_those_of_others_stay() throws Exception {
    UUID other = UUID.fromString("ab000000-0000-4000-8000-000000000002");
    StoredOutput stored = store.store(JOB, 0, "a.png", in("1".getBytes(UTF_8)));
    StoredOutput kept = store.store(other, 0, "a.png", in("1".getBytes(UTF_8)));

    store.delete(JOB);
    store.delete(JOB);

    assertThatThrownBy(() -> store.open(stored)).satisfies(is(ProblemType.OUTPUT_EXPIRED));
    assertThatThrownBy(() -> store.local(stored)).satisfies(is(ProblemType.OUTPUT_EXPIRED));
    assertThatThrownBy(() -> store.bytes(stored).require())
        .satisfies(is(ProblemType.OUTPUT_EXPIRED));
    assertThat(read(store.open(kept))).asString(UTF_8).isEqualTo("1");
    store.delete(other);
  }

  @Test
  void an_object_of_another_length_is_not_the_output() throws Exception {
    StoredOutput stored = store.store(JOB, 0, "a.png", in("123".getBytes(UTF_8)));
    bucket.folder().put("outputs/" + stored.location(), "1234".getBytes(UTF_8));

    assertThatThrownBy(() -> store.open(stored)).satisfies(is(ProblemType.OUTPUT_EXPIRED));
    assertThatThrownBy(() -> store.bytes(stored).open(1, 2))
        .satisfies(is(ProblemType.OUTPUT_EXPIRED));
  }

  @Test
  void while_the_bucket_is_away_nothing_is_lost_and_nothing_seems_expired() throws Exception {
    StoredOutput stored = store.store(JOB, 0, "a.png", in("123".getBytes(UTF_8)));
    bucket.away();

    assertThatThrownBy(() -> store.store(JOB, 1, "b.png", in("1".getBytes(UTF_8))))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("takes no connection");
    assertThatThrownBy(() -> store.bytes(stored).open(0, 3))
        .satisfies(is(ProblemType.STORE_UNAVAILABLE));
    assertThatThrownBy(() -> store.local(stored)).isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.delete(JOB)).isInstanceOf(StoreUnavailableException.class);
    assertThat(state.fault()).hasValueSatisfying(it -> assertThat(it).contains("no connection"));

    bucket.back();
    state.suspect();
    assertThat(state.fault()).isEmpty();
    assertThat(read(store.open(stored))).asString(UTF_8).isEqualTo("123");
  }

  @Test
  void in_another_bucket_nothing_seems_expired() throws Exception {
    StoredOutput stored = store.store(JOB, 0, "a.png", in("123".getBytes(UTF_8)));
    store.delete(JOB);
    bucket.folder().put(BucketState.MARK, "files-2".getBytes(UTF_8));

    assertThatThrownBy(() -> store.open(stored)).satisfies(is(ProblemType.STORE_UNAVAILABLE));
    assertThatThrownBy(() -> store.store(JOB, 0, "a.png", in("1".getBytes(UTF_8))))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void nothing_is_begun_while_the_disk_that_files_pass_through_is_nearly_full() {
    free.set(10);

    assertThatThrownBy(() -> store.store(JOB, 0, "a.png", in(new byte[1])))
        .isInstanceOf(StoreFullException.class);
  }

  @Test
  void uploads_that_a_crash_left_are_removed_unless_their_job_is_in_work() throws Exception {
    UUID working = UUID.fromString("cd000000-0000-4000-8000-000000000003");
    bucket.leaveUpload(PLACE + "0-film.mp4");
    bucket.leaveUpload("outputs/cd/" + working + "/0-film.mp4");
    Instant later = Instant.now().plusSeconds(60);

    assertThat(store.sweepTemporary(Instant.EPOCH, jobs -> Set.of())).isZero();
    assertThat(store.sweepTemporary(later, jobs -> Set.of(working))).isEqualTo(1);
    assertThat(bucket.folder().unfinished())
        .extracting(upload -> upload.name())
        .containsExactly("outputs/cd/" + working + "/0-film.mp4");

    byte[] film = new byte[6_000_000];
    store.store(working, 0, "film.mp4", in(film), OptionalLong.empty());
    assertThat(bucket.folder().unfinished()).isEmpty();
    store.delete(working);
  }

  private static Consumer<Throwable> is(ProblemType type) {
    return thrown ->
        assertThat(thrown)
            .isInstanceOfSatisfying(
                Problem.class, problem -> assertThat(problem.type()).isEqualTo(type));
  }

  private static InputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  private static byte[] read(InputStream in) throws IOException {
    try (in) {
      return in.readAllBytes();
    }
  }
}
