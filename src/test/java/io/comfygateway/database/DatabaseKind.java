package io.comfygateway.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The databases that the gateway runs on. */
public enum DatabaseKind {
  /** In a file of the data folder. */
  H2 {
    @Override
    public Database.Address inEmptyPlace(Path folder) {
      return new Database.Address(Optional.empty(), Optional.empty(), Optional.empty(), folder);
    }

    @Override
    public Database.Address inNewPlace(Path folder) {
      NewDatabase.copyTo(folder);
      return inEmptyPlace(folder);
    }
  },
  /** A server of its own, started once; every place is a schema of it. */
  POSTGRESQL {
    private final AtomicInteger places = new AtomicInteger();

    @Override
    public Database.Address inEmptyPlace(Path folder) {
      String schema = "place" + places.incrementAndGet();
      try (Connection connection = Server.RUNNING.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE SCHEMA " + schema);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      String url = Server.RUNNING.getJdbcUrl("postgres", "postgres") + "&currentSchema=" + schema;
      return new Database.Address(
          Optional.of(url), Optional.of("postgres"), Optional.empty(), folder);
    }

    @Override
    public Database.Address inNewPlace(Path folder) {
      Database.Address address = inEmptyPlace(folder);
      NewSchema.fill(address);
      return address;
    }
  };

  /** Where a new database is, which may have its tables already. */
  public abstract Database.Address inNewPlace(Path folder);

  /** Where a new database is, which has no table yet. */
  public abstract Database.Address inEmptyPlace(Path folder);

  // Stopped by a shutdown hook of its own.
  private static final class Server {
    static final EmbeddedPostgres RUNNING = start();

    private static EmbeddedPostgres start() {
      try {
        // Its files need not survive a crash of the machine.
        return EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
