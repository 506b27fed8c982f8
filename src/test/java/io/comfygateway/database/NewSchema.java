package io.comfygateway.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;

/**
 * The tables of a schema in PostgreSQL, made in one request. Migrations one by one, each with its
 * transaction and its checks, take most of the time of a test.
 */
final class NewSchema {
  private static final String HISTORY = "flyway_schema_history";
  private static final String TABLES = make();

  private NewSchema() {}

  private static String make() {
    Database.Address migrated = DatabaseKind.POSTGRESQL.inEmptyPlace(Path.of("none"));
    new Database(migrated, 2).close();
    String history =
        migrated.url().orElseThrow().replaceFirst(".*currentSchema=", "") + "." + HISTORY;
    MigrationInfo[] migrations =
        Flyway.configure()
            .dataSource(migrated.url().orElseThrow(), migrated.user().orElseThrow(), null)
            .locations("classpath:db/migration")
            .load()
            .info()
            .all();
    return Arrays.stream(migrations)
            .map(migration -> script(migration.getScript()))
            .collect(Collectors.joining("\n;\n"))
        + """

        ;
        CREATE TABLE %s (LIKE %s INCLUDING ALL);
        INSERT INTO %s SELECT * FROM %s
        """
            .formatted(HISTORY, history, HISTORY, history);
  }

  private static String script(String name) {
    try (InputStream file =
        Objects.requireNonNull(NewSchema.class.getResourceAsStream("/db/migration/" + name))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the tables in an empty schema; no migration is left to run. */
  static void fill(Database.Address empty) {
    try (Connection connection =
            DriverManager.getConnection(
                empty.url().orElseThrow(), empty.user().orElseThrow(), null);
        Statement statement = connection.createStatement()) {
      statement.execute(TABLES);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
