package io.comfygateway.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is restored, and what is not. */
class BackupReaderTest {
  private static final String ABOUT =
      "{\"format\":%d,\"version\":\"9\",\"madeAt\":\"2027-01-31T12:00:00Z\",\"hasMasterKey\":true}";

  @TempDir Path place;

  private Path backup(int format, String more) throws IOException {
    Path file = place.resolve("backup.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("backup.json"));
      zip.write(ABOUT.formatted(format).getBytes());
      zip.putNextEntry(new ZipEntry("data/gateway.mv.db"));
      zip.putNextEntry(new ZipEntry(more));
    }
    return file;
  }

  private BackupReader reader() {
    return new BackupReader(new BackupPlaces(place.resolve("data"), place.resolve("files")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "files/outputs/../../../escaped",
        "files/../data/local-admin",
        "files/other/file",
        "data/../escaped",
        "data/local-admin",
        "/etc/escaped",
        "escaped"
      })
  void an_entry_that_no_backup_has_lets_nothing_be_restored(String entry) throws IOException {
    Path backup = backup(1, entry);

    assertThatThrownBy(() -> reader().restore(backup))
        .isInstanceOf(BackupReader.UnusableBackupException.class)
        .hasMessageContaining("Nothing was restored");
    assertThat(place.resolve("data")).doesNotExist();
    assertThat(place.resolve("files")).doesNotExist();
  }

  @Test
  void a_backup_of_another_format_names_the_version_that_restores_it() throws IOException {
    Path backup = backup(2, "data/master.key");

    assertThatThrownBy(() -> reader().restore(backup))
        .isInstanceOf(BackupReader.UnusableBackupException.class)
        .hasMessageContaining("comfyui-gateway 9");
  }

  @Test
  void both_folders_must_be_empty() throws Exception {
    Path backup = backup(1, "data/master.key");
    Files.createDirectories(place.resolve("files/lost+found"));
    reader().restore(backup);
    assertThat(place.resolve("data/master.key")).exists();
    assertThat(BackupReader.isUnfinished(place.resolve("data"))).isFalse();

    assertThatThrownBy(() -> reader().restore(backup)).hasMessageContaining("is not empty");
  }
}
