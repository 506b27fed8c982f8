package io.comfygateway.backup;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Copies every table from one database to another with the same, empty tables. One transaction
 * copies everything or nothing.
 */
public final class DatabaseMove {
  /** Tables that the migrations fill; rows in all others were written by a gateway. */
  static final Set<String> SEEDED =
      Set.of(
          "admission_turn", "api_key_change", "dispatch_turn", "retention_turn", "workflow_change");

  private static final String HISTORY = "flyway_schema_history";
  private static final int ROWS_AT_ONCE = 500;

  private final DataSource from;
  private final DataSource to;

  /** The target has rows. The message is the name of a table. */
  public static final class TargetNotEmptyException extends Exception {
    private static final long serialVersionUID = 1L;

    TargetNotEmptyException(String table) {
      super(table);
    }
  }

  public DatabaseMove(DataSource from, DataSource to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Copies the tables.
   *
   * @return the number of rows of each table
   * @throws TargetNotEmptyException where a gateway has used the target, which is not changed
   * @throws SQLException where a row cannot be copied or is missing afterwards; the target is empty
   *     as before
   */
  public Map<String, Long> run() throws SQLException, TargetNotEmptyException {
    try (Connection source = from.getConnection();
        Connection target = to.getConnection()) {
      source.setAutoCommit(false);
      target.setAutoCommit(false);
      try {
        Map<String, Long> counts = copy(source, target);
        target.commit();
        return counts;
      } catch (SQLException | TargetNotEmptyException | RuntimeException e) {
        target.rollback();
        throw e;
      } finally {
        source.rollback();
      }
    }
  }

  private static Map<String, Long> copy(Connection source, Connection target)
      throws SQLException, TargetNotEmptyException {
    Map<String, List<String>> columns = columns(target);
    if (!columns.keySet().equals(columns(source).keySet())) {
      throw new SQLException("the two databases do not have the same tables");
    }
    // Keeps a gateway from starting on the target meanwhile.
    for (String table : columns.keySet()) {
      execute(target, "LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
    }
    for (String table : columns.keySet()) {
      if (!SEEDED.contains(table) && count(target, table) > 0) {
        throw new TargetNotEmptyException(table);
      }
    }
    Map<String, Long> counts = new TreeMap<>();
    for (String table : inReferenceOrder(target, columns.keySet())) {
      execute(target, "DELETE FROM " + table);
      rows(source, target, table, columns.getOrDefault(table, List.of()));
      long wanted = count(source, table);
      long found = count(target, table);
      if (wanted != found) {
        throw new SQLException(
            "the table %s should have %d rows, but has %d".formatted(table, wanted, found));
      }
      counts.put(table, found);
    }
    for (String table : columns.keySet()) {
      restartSequence(target, table);
    }
    return counts;
  }

  private static Map<String, List<String>> columns(Connection connection) throws SQLException {
    Map<String, List<String>> columns = new TreeMap<>();
    DatabaseMetaData facts = connection.getMetaData();
    Set<String> tables = new TreeSet<>();
    try (ResultSet found =
        facts.getTables(
            connection.getCatalog(),
            connection.getSchema(),
            "%",
            new String[] {"TABLE", "BASE TABLE"})) {
      while (found.next()) {
        tables.add(found.getString("TABLE_NAME"));
      }
    }
    for (String table : tables) {
      if (!table.equalsIgnoreCase(HISTORY)) {
        List<String> names = new ArrayList<>();
        try (ResultSet found =
            facts.getColumns(connection.getCatalog(), connection.getSchema(), table, "%")) {
          while (found.next()) {
            names.add(lower(found.getString("COLUMN_NAME")));
          }
        }
        columns.put(lower(table), names);
      }
    }
    return columns;
  }

  // Tables that others refer to come first.
  private static List<String> inReferenceOrder(Connection target, Set<String> tables)
      throws SQLException {
    Map<String, Set<String>> references = new LinkedHashMap<>();
    for (String table : tables) {
      Set<String> others = new TreeSet<>();
      try (ResultSet keys =
          target.getMetaData().getImportedKeys(target.getCatalog(), target.getSchema(), table)) {
        while (keys.next()) {
          others.add(keys.getString("PKTABLE_NAME"));
        }
      }
      others.remove(table);
      references.put(table, others);
    }
    List<String> order = new ArrayList<>();
    while (order.size() < tables.size()) {
      List<String> next =
          tables.stream()
              .filter(table -> !order.contains(table) && order.containsAll(references.get(table)))
              .toList();
      if (next.isEmpty()) {
        throw new SQLException("the tables have circular references");
      }
      order.addAll(next);
    }
    return order;
  }

  private static void rows(Connection source, Connection target, String table, List<String> columns)
      throws SQLException {
    String names = String.join(", ", columns);
    String places = columns.stream().map(column -> "?").collect(Collectors.joining(", "));
    try (Statement read = source.createStatement();
        ResultSet row = read.executeQuery("SELECT " + names + " FROM " + table);
        PreparedStatement write =
            target.prepareStatement(
                "INSERT INTO " + table + " (" + names + ") VALUES (" + places + ")")) {
      int batched = 0;
      while (row.next()) {
        for (int column = 1; column <= columns.size(); column++) {
          write.setObject(column, value(row, column));
        }
        write.addBatch();
        batched++;
        if (batched == ROWS_AT_ONCE) {
          write.executeBatch();
          batched = 0;
        }
      }
      write.executeBatch();
    } catch (BatchUpdateException e) {
      // Its own message contains the whole row.
      Throwable why = e.getNextException() == null ? e.getCause() : e.getNextException();
      throw new SQLException(
          "a row of the table "
              + table
              + " cannot be copied"
              + (why == null ? "" : " (" + why.getMessage() + ")"),
          e.getSQLState());
    }
  }

  // H2 returns a long text as a stream and reports a UUID as binary.
  private static Object value(ResultSet row, int column) throws SQLException {
    if (row.getMetaData().getColumnTypeName(column).equals("UUID")) {
      return row.getObject(column);
    }
    return switch (row.getMetaData().getColumnType(column)) {
      case Types.CLOB, Types.NCLOB, Types.VARCHAR, Types.LONGVARCHAR -> row.getString(column);
      case Types.BLOB, Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY -> row.getBytes(column);
      default -> row.getObject(column);
    };
  }

  // The next generated number must be greater than the copied ones.
  private static void restartSequence(Connection target, String table) throws SQLException {
    try (ResultSet columns =
        target.getMetaData().getColumns(target.getCatalog(), target.getSchema(), table, "%")) {
      while (columns.next()) {
        if ("YES".equals(columns.getString("IS_AUTOINCREMENT"))) {
          String column = columns.getString("COLUMN_NAME");
          execute(
              target,
              "SELECT setval(pg_get_serial_sequence('%1$s', '%2$s'), COALESCE(MAX(%2$s), 0) + 1, FALSE) FROM %1$s"
                  .formatted(table, column));
        }
      }
    }
  }

  private static long count(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
