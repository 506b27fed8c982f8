package io.comfygateway.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.output.FolderOutputStore;
import io.comfygateway.output.StoredOutput;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.store.StoreUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is stored where the folder of files is not the one that it was. */
class FilesFolderTest {
  private static final UUID JOB = UUID.fromString("00000000-0000-0000-0000-000000000001");

  @TempDir Path place;
  private Path folder;
  private FilesFolder files;
  private FolderOutputStore store;

  @BeforeEach
  void mount() throws IOException {
    folder = Files.createDirectory(place.resolve("files"));
    Files.writeString(FilesFolder.markFile(folder), "files-1\n");
    files = new FilesFolder(folder, Optional.of("files-1"), new FreeSpace(Set.of(folder), 0));
    store = new FolderOutputStore(folder.resolve("outputs"), files);
  }

  private void unmount() throws IOException {
    Files.move(folder, place.resolve("away"));
    Files.createDirectory(folder);
  }

  private void mountAgain() throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
    Files.delete(folder);
    Files.move(place.resolve("away"), folder);
  }

  @Test
  void nothing_is_stored_in_a_folder_without_the_mark_and_it_goes_on_when_it_is_back()
      throws IOException {
    assertThat(files.fault()).isEmpty();

    unmount();

    assertThat(files.fault()).hasValueSatisfying(why -> assertThat(why).contains("mounted"));
    assertThatThrownBy(() -> store.store(JOB, 0, "a.png", text()))
        .isInstanceOf(StoreUnavailableException.class);
    mountAgain();
    assertThat(files.fault()).isEmpty();
    assertThat(store.local(store.store(JOB, 0, "a.png", text())).path()).exists();
  }

  @Test
  void an_output_is_not_published_where_the_folder_went_away_while_it_streamed_by() {
    InputStream unmounting =
        new InputStream() {
          private boolean read;

          @Override
          public int read() {
            if (read) {
              return -1;
            }
            read = true;
            try {
              unmount();
              Files.createDirectories(folder.resolve("outputs/incoming"));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            return 1;
          }
        };

    assertThatThrownBy(() -> store.store(JOB, 0, "a.png", unmounting))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(folder.resolve("outputs/00")).doesNotExist();
  }

  @Test
  void the_folder_of_another_gateway_is_not_taken_for_this_one() throws IOException {
    Files.writeString(FilesFolder.markFile(folder), "files-2");

    assertThat(files.fault()).isPresent();
  }

  @Test
  void an_output_that_cannot_be_looked_for_is_not_said_to_be_gone_for_good() throws IOException {
    StoredOutput stored = store.store(JOB, 0, "a.png", text());
    unmount();

    assertThatThrownBy(() -> store.local(stored))
        .isInstanceOfSatisfying(
            Problem.class, it -> assertThat(it.type()).isEqualTo(ProblemType.STORE_UNAVAILABLE));
    mountAgain();
    store.delete(JOB);
    assertThatThrownBy(() -> store.local(stored))
        .isInstanceOfSatisfying(
            Problem.class, it -> assertThat(it.type()).isEqualTo(ProblemType.OUTPUT_EXPIRED));
  }

  private static InputStream text() {
    return new ByteArrayInputStream(new byte[] {1});
  }
}
