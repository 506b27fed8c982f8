package io.comfygateway.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.SettableClock;
import io.comfygateway.job.Jobs;
import io.comfygateway.job.TestJobs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a database is opened. */
class DatabaseTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void a_transaction_sees_what_others_have_committed_since_it_began(DatabaseKind kind)
      throws SQLException {
    try (Database database = new Database(kind.inEmptyPlace(folder), 2);
        Connection connection = database.dataSource().getConnection()) {
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_database_that_has_its_tables_is_opened_as_it_is(DatabaseKind kind) {
    Database.Address address = kind.inEmptyPlace(folder);
    new Database(address, 2).close();

    try (Database again = new Database(address, 2)) {
      assertThat(again.jdbc().sql("SELECT COUNT(*) FROM job").query(Integer.class).single())
          .isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void tables_of_a_newer_version_are_refused(DatabaseKind kind) {
    Database.Address address = kind.inEmptyPlace(folder);
    try (Database database = new Database(address, 2)) {
      database
          .jdbc()
          .sql(
              """
              INSERT INTO "flyway_schema_history" ("installed_rank", "version", "description",
                "type", "script", "checksum", "installed_by", "execution_time", "success")
              VALUES (900, '900', 'later', 'SQL', 'V900__later.sql', 1, 'me', 1, TRUE)
              """)
          .update();
    }

    assertThatThrownBy(() -> new Database(address, 2))
        .isInstanceOf(NewerSchemaException.class)
        .hasMessageContaining("900");
  }

  @Test
  void a_postgresql_that_is_read_only_is_found_out_by_the_probe() {
    try (Database database = new Database(DatabaseKind.POSTGRESQL.inEmptyPlace(folder), 1)) {
      Jobs jobs = TestJobs.in(database, new SettableClock());
      assertThat(jobs.queue().probe()).isZero();

      database.jdbc().sql("SET default_transaction_read_only = on").update();

      assertThatThrownBy(jobs.queue()::probe).rootCause().hasMessageContaining("read-only");
    }
  }

  @Test
  void postgresql_takes_its_locks_back_from_a_gateway_that_froze() {
    try (Database database = new Database(DatabaseKind.POSTGRESQL.inEmptyPlace(folder), 2)) {
      assertThat(
              database
                  .jdbc()
                  .sql("SHOW idle_in_transaction_session_timeout")
                  .query(String.class)
                  .single())
          .isEqualTo("30s");
    }
  }

  @Test
  void a_description_names_no_password() {
    Database.Address address =
        new Database.Address(
            Optional.of("jdbc:postgresql://db.example.org/gateway?user=me&password=secret"),
            Optional.empty(),
            Optional.of("secret"),
            Path.of("data"));

    assertThat(address.describe()).isEqualTo("jdbc:postgresql://db.example.org/gateway");
  }
}
