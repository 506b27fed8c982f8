package io.comfygateway.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Where the gateway stores its jobs. */
record Store(String name, Optional<EmbeddedPostgres> server) implements AutoCloseable {

  static Store embedded() {
    return new Store("H2, as shipped", Optional.empty());
  }

  /**
   * One that waits for the disk, as those do that keep work; the server for tests would not.
   *
   * @throws IOException where it does not start
   */
  static Store postgresql() throws IOException {
    EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("synchronous_commit", "on")
            .start();
    return new Store("PostgreSQL, which waits for the disk", Optional.of(server));
  }

  /** The environment of a gateway that stores there. */
  Map<String, String> addTo(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    server.ifPresent(
        postgres -> {
          all.put(
              "GATEWAY_DB_URL", "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres");
          all.put("GATEWAY_DB_USER", "postgres");
        });
    return all;
  }

  /** How often a database server waited for its disk; the embedded one is the gateway's own. */
  long syncs() throws IOException {
    if (server.isEmpty()) {
      return 0;
    }
    // In PostgreSQL 14 to 17; the count is flushed now and then, so it may be some short.
    try (Connection connection = server.get().getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT wal_sync FROM pg_stat_wal")) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    if (server.isPresent()) {
      server.get().close();
    }
  }
}
