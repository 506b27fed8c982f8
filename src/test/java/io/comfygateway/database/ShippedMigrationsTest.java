package io.comfygateway.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.flywaydb.core.api.resource.Resource;
import org.junit.jupiter.api.Test;

class ShippedMigrationsTest {
  private static final Path FOLDER = Path.of("src/main/resources/db/migration");

  private final ShippedMigrations migrations = new ShippedMigrations();

  @Test
  void every_file_is_one() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();

      assertThat(migrations.getResources("V", new String[] {".sql"}))
          .extracting(Resource::getFilename)
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void a_file_is_read_as_it_is_and_more_than_once() throws IOException {
    String name = "V1__jobs.sql";
    for (int time = 0; time < 2; time++) {
      StringWriter text = new StringWriter();
      try (Reader reader = Objects.requireNonNull(migrations.getResource(name)).read()) {
        reader.transferTo(text);
      }
      assertThat(text).hasToString(Files.readString(FOLDER.resolve(name)));
    }
  }

  @Test
  void what_is_not_there_is_not_given() {
    assertThat(migrations.getResource("V1__jobs.sql.conf")).isNull();
    assertThat(migrations.getResources("R", new String[] {".sql"})).isEmpty();
    assertThat(migrations.getResources("V", new String[] {".java"})).isEmpty();
  }
}
