package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.database.DatabaseKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterUtils;
import org.springframework.jdbc.core.namedparam.ParsedSql;

/**
 * Whether a gateway of the version before, which is running, can go on while this version has
 * brought the tables up to date: its statements lie in {@code previous/}. With a release, those of
 * the released version take their place.
 */
class PreviousVersionTest extends StoreTest {
  private static final Path STATEMENTS = Path.of("src/test/resources/previous");

  @Test
  void every_statement_of_the_version_before_fits_the_tables_of_this_one() throws Exception {
    List<String> unfit = new ArrayList<>();
    int checked = 0;
    try (Connection connection = database.dataSource().getConnection()) {
      for (Path file : files()) {
        for (String part : Files.readString(file).split("(?m)^(?=-- name:)")) {
          String name = part.lines().findFirst().orElse("");
          if (name.startsWith("-- name:") && isForThisDatabase(file)) {
            checked++;
            prepare(connection, part).ifPresent(why -> unfit.add(file + " " + name + ": " + why));
          }
        }
      }
    }

    assertThat(unfit).isEmpty();
    assertThat(checked).isGreaterThan(80);
  }

  private boolean isForThisDatabase(Path file) {
    return kind == DatabaseKind.POSTGRESQL || !file.endsWith("rates.sql");
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(STATEMENTS)) {
      return all.sorted().toList();
    }
  }

  // Asked for what its parameters are, the database looks at tables and columns.
  private static Optional<String> prepare(Connection connection, String text) {
    ParsedSql parsed = NamedParameterUtils.parseSqlStatement(text);
    String sql = NamedParameterUtils.substituteNamedParameters(parsed, new MapSqlParameterSource());
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.getParameterMetaData().getParameterCount();
      statement.getMetaData();
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
