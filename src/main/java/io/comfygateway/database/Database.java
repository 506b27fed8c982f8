package io.comfygateway.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import io.comfygateway.database.h2.DurableFiles;
import io.comfygateway.database.h2.EmbeddedDatabase;
import io.comfygateway.disk.PrivateFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The database: H2 in a file of the data folder, or the one that a JDBC URL names (PostgreSQL). */
public final class Database implements Commits, AutoCloseable {
  /** Longer than a gateway that hangs can hold its turn to dispatch. */
  private static final String SILENCE_SECONDS = "60";

  private final HikariDataSource dataSource;
  private final Optional<EmbeddedDatabase> embedded;

  /**
   * Where the database is.
   *
   * @param url a JDBC URL; empty for H2 in the data folder
   */
  public record Address(
      Optional<String> url, Optional<String> user, Optional<String> password, Path dataFolder) {

    /** The URL without its parameters, for people. */
    public String describe() {
      return url.map(text -> text.replaceAll("\\?.*", "")).orElse("H2 in " + dataFolder);
    }

    // WRITE_DELAY=0: H2 writes only when EmbeddedDatabase requests it; the file system "durable"
    // syncs every write.
    // RETENTION_TIME (milliseconds): H2 reuses freed space much sooner than after its default of
    // 45 s, or the file grows with every update. With 0 it removes what another thread is about to
    // read: "Chunk 561 not found" once in some ten thousand jobs.
    // MAX_LENGTH_INPLACE_LOB: shorter texts stay in their row.
    // TRACE_LEVEL_FILE=0: H2's own error file grows without limit, also on a full disk.
    // QUERY_CACHE_SIZE: more than there are statements, so that each is parsed once.
    String embeddedUrl() {
      return "jdbc:h2:"
          + DurableFiles.SCHEME
          + ":"
          + dataFolder.resolve("gateway").toString().replace('\\', '/')
          + ";WRITE_DELAY=0;RETENTION_TIME=2000;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0"
          + ";LOCK_TIMEOUT=10000;MAX_LENGTH_INPLACE_LOB=65536;QUERY_CACHE_SIZE=256";
    }

    /** Whether several gateways can share it. */
    public boolean isPostgres() {
      return isPostgres(url.orElse(null));
    }

    private static boolean isPostgres(@Nullable String url) {
      return url != null && url.startsWith("jdbc:postgresql:");
    }
  }

  /** Opens the database and brings its tables up to date. */
  public Database(Address address, int connections) {
    this(address, embedded(address), connections);
  }

  Database(Address address, Optional<EmbeddedDatabase> embedded, int connections) {
    this.embedded = embedded;
    HikariConfig config = config(address, embedded, connections);
    if (embedded.isEmpty()) {
      config.setJdbcUrl(Pooler.url(address));
    }
    dataSource = new HikariDataSource(config);
    onLoss(() -> dataSource.getHikariPoolMXBean().softEvictConnections());
    try {
      migrate();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void migrate() {
    Flyway flyway =
        forMigrations()
            .resourceProvider(new ShippedMigrations())
            .javaMigrationClassProvider(List::of)
            .load();
    MigrationInfo[] migrations = flyway.info().applied();
    for (MigrationInfo applied : migrations) {
      if (applied.getState() == MigrationState.FUTURE_SUCCESS
          || applied.getState() == MigrationState.FUTURE_FAILED) {
        throw new NewerSchemaException(String.valueOf(applied.getVersion()));
      }
    }
    if (migrations.length == 0 && Address.isPostgres(dataSource.getJdbcUrl())) {
      requireTables();
    }
    flyway.migrate();
  }

  private void requireTables() {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      try {
        statement.execute(new SqlFile("/sql/postgresql.sql").get("probe"));
      } finally {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw new DataAccessResourceFailureException("no table can be created", e);
    }
  }

  // On connections without a time limit: a migration may index a large table.
  private FluentConfiguration forMigrations() {
    return embedded.isPresent()
        ? Flyway.configure().dataSource(dataSource)
        : Flyway.configure()
            .dataSource(
                dataSource.getJdbcUrl(), dataSource.getUsername(), dataSource.getPassword());
  }

  private Database(HikariDataSource dataSource, Optional<EmbeddedDatabase> embedded) {
    this.dataSource = dataSource;
    this.embedded = embedded;
  }

  private static Optional<EmbeddedDatabase> embedded(Address address) {
    DurableFiles.register();
    return address.url().isPresent()
        ? Optional.empty()
        : Optional.of(new EmbeddedDatabase(address.embeddedUrl()));
  }

  /** A database that opens no connection and no file before its first use. */
  public static Database unopened(Address address, int connections) {
    HikariDataSource dataSource = new HikariDataSource();
    Optional<EmbeddedDatabase> embedded = embedded(address);
    config(address, embedded, connections).copyStateTo(dataSource);
    return new Database(dataSource, embedded);
  }

  private static HikariConfig config(
      Address address, Optional<EmbeddedDatabase> embedded, int connections) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("gateway");
    if (embedded.isPresent()) {
      config.setDataSource(embedded.get());
      config.setExceptionOverride(evictingClosed(embedded.get()));
    } else {
      config.setJdbcUrl(address.url().orElseThrow());
      config.setUsername(address.user().orElse(null));
      config.setPassword(address.password().orElse(null));
    }
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(10_000);
    // A claim counts the jobs of a backend after it has taken the turn, and must see all commits up
    // to then.
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    if (address.isPostgres()) {
      // A connection whose other end has vanished would otherwise block forever. The URL may set
      // other values.
      config.addDataSourceProperty(PGProperty.SOCKET_TIMEOUT.getName(), SILENCE_SECONDS);
      config.addDataSourceProperty(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
      config.setConnectionInitSql(new SqlFile("/sql/postgresql.sql").get("connection"));
    }
    return config;
  }

  // The pool would go on handing out connections to a closed database while they are busy.
  private static SQLExceptionOverride evictingClosed(EmbeddedDatabase embedded) {
    return new SQLExceptionOverride() {
      @java.lang.Override
      public SQLExceptionOverride.Override adjudicate(SQLException failure) {
        return embedded.closedBy(failure)
            ? SQLExceptionOverride.Override.MUST_EVICT
            : SQLExceptionOverride.Override.CONTINUE_EVICT;
      }
    };
  }

  /**
   * Adds what to run when commits without a flush may have been lost while this process goes on,
   * before the database can be used again.
   */
  public void onLoss(Runnable listener) {
    embedded.ifPresent(database -> database.onReopened(listener));
  }

  /**
   * The connections of this process.
   *
   * @param awaited how many threads are waiting for one
   * @param most how many there can be
   */
  public record Connections(int active, int idle, int awaited, int most) {}

  /** Whether it is H2 in the data folder. */
  public boolean isEmbedded() {
    return embedded.isPresent();
  }

  /**
   * Copies the embedded database as it is at one moment, while it is in use.
   *
   * @param zip the compressed copy; only its owner may read it
   * @throws IOException if it cannot be written
   */
  public void snapshot(Path zip) throws IOException {
    // Created here, because H2 would create it with the permissions of the umask.
    PrivateFiles.newOutputStream(zip).close();
    jdbc()
        .sql(new SqlFile("/sql/backup.sql").get("snapshot"))
        .param("file", zip.toString())
        .update();
  }

  /** How many connections there are now. */
  public Connections connections() {
    Optional<HikariPoolMXBean> pool = Optional.ofNullable(dataSource.getHikariPoolMXBean());
    return new Connections(
        pool.map(HikariPoolMXBean::getActiveConnections).orElse(0),
        pool.map(HikariPoolMXBean::getIdleConnections).orElse(0),
        pool.map(HikariPoolMXBean::getThreadsAwaitingConnection).orElse(0),
        dataSource.getMaximumPoolSize());
  }

  public DataSource dataSource() {
    return dataSource;
  }

  /**
   * A connection outside the pool, to be held for a long time.
   *
   * @throws SQLException if the database does not answer
   */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(
        dataSource.getJdbcUrl(), dataSource.getUsername(), dataSource.getPassword());
  }

  public JdbcClient jdbc() {
    return JdbcClient.create(dataSource);
  }

  public TransactionTemplate transaction() {
    return new TransactionTemplate(new DataSourceTransactionManager(dataSource));
  }

  /**
   * {@inheritDoc} In the embedded database other threads can read a commit a moment before it is on
   * disk.
   */
  @Override
  public void flush() {
    embedded.ifPresent(
        database -> {
          try {
            database.flush();
          } catch (SQLException e) {
            throw new DataAccessResourceFailureException("the database cannot be written", e);
          }
        });
  }

  @Override
  public void begin() {
    embedded.ifPresent(EmbeddedDatabase::begin);
  }

  @Override
  public <T> T withoutFlush(Supplier<T> work) {
    return embedded.isPresent() ? embedded.get().withoutFlush(work) : work.get();
  }

  @Override
  public void close() {
    dataSource.close();
  }
}
