package io.comfygateway.job;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.store.fs.FilePath;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The database: H2 in a file of the data folder, or the one that a JDBC URL names (PostgreSQL). */
public final class Database implements AutoCloseable {
  private final HikariDataSource dataSource;

  /**
   * Where the database is.
   *
   * @param url a JDBC URL; empty for H2 in the data folder
   */
  public record Address(
      Optional<String> url, Optional<String> user, Optional<String> password, Path dataFolder) {

    /** The URL without credentials, for a person to read. */
    public String describe() {
      return url.map(text -> text.replaceAll("\\?.*", "")).orElse("H2 in " + dataFolder);
    }

    // WRITE_DELAY=0 writes at every commit, and the file system "durable" forces what is written to
    // the disk: without the two,
    // H2 keeps half a second of commits in memory. RETENTION_TIME=0 lets it use freed space at
    // once, which is safe as the writes are.
    private String jdbcUrl() {
      return url.orElse(
          "jdbc:h2:"
              + DurableFiles.SCHEME
              + ":"
              + dataFolder.resolve("gateway").toString().replace('\\', '/')
              + ";WRITE_DELAY=0;RETENTION_TIME=0;DB_CLOSE_ON_EXIT=FALSE;NON_KEYWORDS=VALUE");
    }
  }

  /** Opens the database and brings its tables up to date. */
  public Database(Address address, int connections) {
    FilePath.register(new DurableFiles());
    HikariConfig config = new HikariConfig();
    config.setPoolName("gateway");
    config.setJdbcUrl(address.jdbcUrl());
    config.setUsername(address.user().orElse(address.url().isEmpty() ? "gateway" : null));
    config.setPassword(address.password().orElse(address.url().isEmpty() ? "" : null));
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(10_000);
    dataSource = new HikariDataSource(config);
    try {
      Flyway.configure()
          .dataSource(dataSource)
          .locations("classpath:db/migration")
          .load()
          .migrate();
    } catch (RuntimeException e) {
      dataSource.close();
      throw e;
    }
  }

  public DataSource dataSource() {
    return dataSource;
  }

  public JdbcClient jdbc() {
    return JdbcClient.create(dataSource);
  }

  public TransactionTemplate transaction() {
    return new TransactionTemplate(new DataSourceTransactionManager(dataSource));
  }

  @Override
  public void close() {
    dataSource.close();
  }
}
