package io.comfygateway.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is copied from one database to another. */
class DatabaseMoveTest {
  @TempDir Path folder;

  @Test
  void new_tables_have_rows_only_where_the_migrations_put_them() throws Exception {
    try (Database from = new Database(DatabaseKind.H2.inNewPlace(folder), 2);
        Database to = new Database(DatabaseKind.POSTGRESQL.inNewPlace(folder), 2)) {
      Map<String, Long> counts = new DatabaseMove(from.dataSource(), to.dataSource()).run();

      TreeSet<String> filled = new TreeSet<>(counts.keySet());
      filled.removeIf(table -> counts.get(table) == 0);
      assertThat(filled).isEqualTo(new TreeSet<>(DatabaseMove.SEEDED));
      assertThat(counts).containsKeys("job", "job_document", "output", "delivery", "api_key");
    }
  }
}
