package io.comfygateway.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.database.Database;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Who may read what a gateway keeps. */
@DisabledOnOs(OS.WINDOWS)
class PrivateFilesTest {
  @TempDir Path place;

  private static String permissions(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void folders_and_files_are_made_for_their_owner_alone() throws IOException {
    Path folder = place.resolve("a/b");

    PrivateFiles.createDirectories(folder);
    try (OutputStream out = PrivateFiles.newOutputStream(folder.resolve("file"))) {
      out.write(1);
    }

    assertThat(permissions(place.resolve("a"))).isEqualTo("rwx------");
    assertThat(permissions(folder)).isEqualTo("rwx------");
    assertThat(permissions(folder.resolve("file"))).isEqualTo("rw-------");
  }

  @Test
  void what_others_could_read_before_is_taken_from_them() throws IOException {
    Path folder = Files.createDirectory(place.resolve("data"));
    Path file = Files.writeString(folder.resolve("gateway.mv.db"), "x");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

    PrivateFiles.restrict(folder);
    PrivateFiles.restrict(file);

    assertThat(permissions(folder)).isEqualTo("rwx------");
    assertThat(permissions(file)).isEqualTo("rw-------");
  }

  @Test
  void the_embedded_database_is_its_owners_alone() {
    try (Database database =
        new Database(
            new Database.Address(Optional.empty(), Optional.empty(), Optional.empty(), place), 2)) {
      assertThat(database.jdbc().sql("SELECT 1").query(Integer.class).single()).isEqualTo(1);
      assertThat(permissions(place.resolve("gateway.mv.db"))).isEqualTo("rw-------");
    }
  }
}
