package io.comfygateway.job;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pooler between the gateway and PostgreSQL, such as PgBouncer. In its transaction mode each
 * transaction may be on another connection to the server, so that a statement that was prepared on
 * one is not known on the next.
 */
final class Pooler {
  private static final Logger LOG = LoggerFactory.getLogger(Pooler.class);
  private static final String PREPARE_THRESHOLD = PGProperty.PREPARE_THRESHOLD.getName();

  private Pooler() {}

  /**
   * The URL by which PostgreSQL is reached, with which no statement is kept prepared where a pooler
   * stands before it. A URL that says {@code prepareThreshold} is left as it is.
   */
  static String url(Database.Address address) {
    String url = address.url().orElseThrow();
    if (!address.isPostgres() || url.contains(PREPARE_THRESHOLD + "=")) {
      return url;
    }
    try (Connection connection =
        DriverManager.getConnection(
            url, address.user().orElse(null), address.password().orElse(null))) {
      if (isBefore(connection)) {
        LOG.info("a pooler stands before the database, so no statement is kept prepared on it");
        return url + (url.contains("?") ? "&" : "?") + PREPARE_THRESHOLD + "=0";
      }
    } catch (SQLException e) {
      // Told by the one that opens the database for good.
      LOG.debug("database does not answer", e);
    }
    return url;
  }

  // A pooler gives a client a key to cancel with that is not the server's own.
  private static boolean isBefore(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      return row.next() && connection.unwrap(PGConnection.class).getBackendPID() != row.getInt(1);
    }
  }
}
