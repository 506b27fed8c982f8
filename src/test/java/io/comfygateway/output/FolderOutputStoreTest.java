package io.comfygateway.output;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.SettableClock;
import io.comfygateway.files.FreeSpace;
import io.comfygateway.media.Dimensions;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderOutputStoreTest {
  private static final UUID JOB = UUID.fromString("abcdef01-2222-4222-8222-222222222222");
  private static final String HOME = "ab/abcdef01-2222-4222-8222-222222222222/";

  private final SettableClock clock = new SettableClock();
  @TempDir Path folder;
  private FolderOutputStore store;

  @BeforeEach
  void make_a_store() {
    store = new FolderOutputStore(folder);
  }

  @Test
  void an_output_is_stored_with_its_digest_its_type_and_its_size_in_pixels() throws Exception {
    byte[] image = resource("/images/rgb-37x23.png");

    StoredOutput stored = store.store(JOB, 3, "sub/cat.jpg", new ByteArrayInputStream(image));

    assertThat(stored.location()).isEqualTo(HOME + "3-cat.jpg");
    assertThat(stored.bytes()).isEqualTo(image.length);
    assertThat(stored.sha256()).isEqualTo(sha256(image));
    assertThat(stored.contentType()).isEqualTo("image/png");
    assertThat(stored.dimensions()).contains(new Dimensions(37, 23));
    assertThat(store.path(stored)).hasBinaryContent(image);
    try (InputStream in = store.open(stored)) {
      assertThat(in.readAllBytes()).isEqualTo(image);
    }
    assertThat(files()).containsExactly(stored.location());
  }

  @Test
  void an_empty_output_is_an_output() throws Exception {
    StoredOutput stored = store.store(JOB, 0, "a.txt", text(""));

    assertThat(stored.bytes()).isZero();
    assertThat(stored.sha256()).isEqualTo(sha256(new byte[0]));
    assertThat(stored.contentType()).isEqualTo("text/plain");
  }

  @Test
  void a_large_output_passes_through_a_small_buffer() throws Exception {
    long size = 200L * 1024 * 1024 + 17;
    Generated generated = new Generated(size);

    StoredOutput stored = store.store(JOB, 0, "a.mp4", generated, OptionalLong.of(size));

    assertThat(stored.bytes()).isEqualTo(size);
    assertThat(generated.largestRequest).isEqualTo(64 * 1024);
    assertThat(Files.size(store.path(stored))).isEqualTo(size);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream again = new Generated(size)) {
      byte[] buffer = new byte[1 << 20];
      for (int read = again.read(buffer); read > 0; read = again.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    assertThat(stored.sha256()).isEqualTo(HexFormat.of().formatHex(digest.digest()));
  }

  @Test
  void an_output_that_is_collected_again_takes_the_place_of_the_first_whatever_its_name()
      throws Exception {
    store.store(JOB, 1, "first.png", text("1"));
    store.store(JOB, 11, "other.png", text("11"));

    StoredOutput same = store.store(JOB, 1, "first.png", text("2"));
    assertThat(store.path(same)).hasContent("2");
    StoredOutput renamed = store.store(JOB, 1, "second.png", text("3"));

    assertThat(store.path(renamed)).hasContent("3");
    assertThat(files()).containsExactlyInAnyOrder(HOME + "1-second.png", HOME + "11-other.png");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 4, 6, 1_000_000})
  void a_stream_of_another_length_than_announced_leaves_nothing(long announced) {
    assertThatThrownBy(
            () -> store.store(JOB, 0, "a.png", text("12345"), OptionalLong.of(announced)))
        .isInstanceOf(IncompleteOutputException.class)
        .hasMessageContaining(Long.toString(announced));
    assertThat(files()).isEmpty();
  }

  @Test
  void a_stream_that_breaks_leaves_what_was_there_before_and_nothing_else() throws Exception {
    store.store(JOB, 0, "a.png", text("whole"));
    InputStream broken =
        new Generated(1_000_000) {
          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            if (remaining < 500_000) {
              throw new IOException("connection reset");
            }
            return super.read(bytes, offset, length);
          }
        };

    assertThatThrownBy(() -> store.store(JOB, 0, "b.png", broken))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("connection reset");

    assertThat(files()).containsExactly(HOME + "0-a.png");
    assertThat(store.path(at(HOME + "0-a.png", 5))).hasContent("whole");
  }

  @Test
  void a_sweep_removes_what_a_crash_left_and_not_what_is_being_received() throws Exception {
    StoredOutput kept = store.store(JOB, 0, "a.png", text("kept"));
    Path crashed = folder.resolve("incoming").resolve(JOB + "-1-crashed.part");
    Files.writeString(crashed, "half");
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch swept = new CountDownLatch(1);
    InputStream slow =
        new Generated(100_000) {
          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            started.countDown();
            await(swept);
            return super.read(bytes, offset, length);
          }
        };
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Future<StoredOutput> receiving = executor.submit(() -> store.store(JOB, 2, "b.png", slow));
      await(started);
      assertThat(store.sweepTemporary()).isEqualTo(1);
      assertThat(new FolderOutputStore(folder).sweepTemporary()).isZero();
      swept.countDown();
      assertThat(receiving.get().bytes()).isEqualTo(100_000);
    } finally {
      swept.countDown();
      executor.shutdownNow();
    }

    assertThat(files()).containsExactlyInAnyOrder(kept.location(), HOME + "2-b.png");
    assertThat(store.sweepTemporary()).isZero();
  }

  @Test
  void a_sweep_of_a_store_that_never_stored_finds_nothing() throws Exception {
    assertThat(new FolderOutputStore(folder.resolve("not/there")).sweepTemporary()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../../escape.png", "/etc/passwd", "..", "a\0b.png", "..\\..\\x.png"})
  void no_name_leaves_the_folder_of_the_job(String name) throws Exception {
    StoredOutput stored = store.store(JOB, 0, name, text("x"));

    assertThat(store.path(stored).getParent()).isEqualTo(folder.resolve(HOME));
    assertThat(files()).containsExactly(stored.location());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "/etc/passwd",
        "../secret",
        "ab/../../secret",
        "incoming/x.part",
        HOME,
        HOME + "0-a/../../../../secret",
        HOME + "0-\0",
        HOME + "../0-a.png"
      })
  void no_location_leaves_the_folder_of_the_store(String location) {
    assertThatThrownBy(() -> store.path(at(location, 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.open(at(location, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void an_output_that_was_deleted_has_expired() throws Exception {
    StoredOutput stored = store.store(JOB, 0, "a.png", text("x"));
    UUID other = UUID.fromString("abcdef01-3333-4333-8333-333333333333");
    StoredOutput kept = store.store(other, 0, "a.png", text("x"));

    store.delete(JOB);
    store.delete(JOB);

    assertThat(files()).containsExactly(kept.location());
    for (var access : List.<ThrowingRead>of(store::local, store::open)) {
      assertThatThrownBy(() -> access.read(stored))
          .isInstanceOfSatisfying(
              Problem.class, it -> assertThat(it.type()).isEqualTo(ProblemType.OUTPUT_EXPIRED));
    }
  }

  @Test
  void nothing_is_begun_while_less_is_free_than_is_to_stay_and_it_goes_on_when_there_is_again()
      throws Exception {
    AtomicLong free = new AtomicLong(999);
    FolderOutputStore careful =
        new FolderOutputStore(
            folder, new FreeSpace(Set.of(folder), 1_000, place -> free.get(), clock));
    assertThatThrownBy(() -> careful.store(JOB, 0, "a.png", text("x")))
        .isInstanceOf(StoreFullException.class);
    assertThat(files()).isEmpty();

    free.set(1_000);

    careful.store(JOB, 0, "a.png", text("x"));
    assertThat(files()).hasSize(1);
  }

  @Test
  void a_store_that_cannot_be_written_to_is_told_from_a_stream_that_breaks_and_may_come_back()
      throws Exception {
    Path incoming = Files.createFile(folder.resolve("incoming"));

    assertThatThrownBy(() -> store.store(JOB, 0, "a.png", text("x")))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("FileAlreadyExists");

    Files.delete(incoming);
    store.store(JOB, 0, "a.png", text("x"));
    assertThat(files()).hasSize(1);
  }

  @Test
  void a_disk_with_room_is_asked_once_in_a_moment() throws Exception {
    AtomicLong asked = new AtomicLong();
    FreeSpace space =
        new FreeSpace(Set.of(folder), 1_000, place -> 999 + asked.incrementAndGet(), clock);
    assertThat(space.isEnough()).isTrue();
    assertThat(space.isEnough()).isTrue();
    assertThat(asked).hasValue(1);

    clock.advance(Duration.ofMillis(100));

    assertThat(space.isEnough()).isTrue();
    assertThat(asked).hasValue(2);
  }

  @Test
  @EnabledIf("hasFullDevice")
  void the_systems_word_for_a_full_disk_is_understood() throws Exception {
    try (OutputStream full = new FileOutputStream("/dev/full")) {
      assertThatThrownBy(() -> write(full)).isInstanceOf(StoreFullException.class);
    }
    IOException other = new IOException("connection reset");
    assertThat(StoreFullException.recognise(other, folder)).isSameAs(other);
  }

  static boolean hasFullDevice() {
    return Files.exists(Path.of("/dev/full"));
  }

  private void write(OutputStream out) throws IOException {
    try {
      out.write(1);
    } catch (IOException e) {
      throw StoreFullException.recognise(e, folder);
    }
  }

  private List<String> files() {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(it -> folder.relativize(it).toString().replace('\\', '/'))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = FolderOutputStoreTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private interface ThrowingRead {
    Object read(StoredOutput stored) throws IOException;
  }

  /** Bytes that are made as they are read, and a note of the most that were asked for at once. */
  private static class Generated extends InputStream {
    private final long size;
    long remaining;
    int largestRequest;

    Generated(long size) {
      this.size = size;
      this.remaining = size;
    }

    @Override
    public int read() {
      return remaining == 0 ? -1 : (int) ((size - remaining--) % 251);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      largestRequest = Math.max(largestRequest, length);
      if (remaining == 0) {
        return -1;
      }
      int count = (int) Math.min(length, remaining);
      for (int i = 0; i < count; i++) {
        bytes[offset + i] = (byte) read();
      }
      return count;
    }
  }

  private static StoredOutput at(String location, long bytes) {
    return new StoredOutput(location, bytes, "", "image/png", Optional.empty());
  }

  @Test
  void a_file_whose_length_is_not_what_was_stored_is_gone() throws IOException {
    StoredOutput stored = store.store(JOB, 0, "a.txt", text("whole"), OptionalLong.empty());
    Files.writeString(store.path(stored), "cut");

    assertThatThrownBy(() -> store.path(stored)).hasMessageContaining("no longer there");
    assertThatThrownBy(() -> store.open(stored)).hasMessageContaining("no longer there");
  }
}
