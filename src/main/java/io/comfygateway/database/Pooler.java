package io.comfygateway.database;

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
 * transaction may use another connection to the server, which does not know the statements that
 * were prepared on the last.
 */
final class Pooler {
  private static final Logger LOG = LoggerFactory.getLogger(Pooler.class);
  private static final String PREPARE_THRESHOLD = PGProperty.PREPARE_THRESHOLD.getName();

  private Pooler() {}

  /**
   * The URL of PostgreSQL, which behind a pooler keeps no statement prepared. A URL that sets
   * {@code prepareThreshold} is not changed.
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
        LOG.info("the database is behind a pooler, keeping no prepared statements");
        return url + (url.contains("?") ? "&" : "?") + PREPARE_THRESHOLD + "=0";
      }
    } catch (SQLException e) {
      // The caller opens the database next, and reports it.
      LOG.debug("database does not answer", e);
    }
    return url;
  }

  // A pooler gives clients a backend id of its own, with which they cancel.
  private static boolean isBefore(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      return row.next() && connection.unwrap(PGConnection.class).getBackendPID() != row.getInt(1);
    }
  }
}
