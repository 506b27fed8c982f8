package io.comfygateway.job;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * H2, so that what was committed is on the disk when the commit returns. H2 itself would write once
 * for every commit, one after the other; here the commits of one moment share one write.
 */
final class EmbeddedDatabase extends DelegatingDataSource implements AutoCloseable {
  private static final String USER = "gateway";

  private final GroupCommit group = new GroupCommit(this::write);
  private Connection writer;
  private PreparedStatement write;

  /**
   * Makes it; nothing is opened before the first connection is.
   *
   * @param url a JDBC URL of H2 by which nothing is written at a commit, to files of {@link
   *     DurableFiles}
   */
  EmbeddedDatabase(String url) {
    super(h2(url));
  }

  private static DataSource h2(String url) {
    JdbcDataSource h2 = new JdbcDataSource();
    h2.setURL(url);
    h2.setUser(USER);
    h2.setPassword("");
    return h2;
  }

  // H2 writes everything that is committed. One thread at a time comes here; that somebody wants to
  // interrupt it must not keep the others from their disk, and is told it afterwards.
  private void write() throws SQLException {
    boolean interrupted = Thread.interrupted();
    try {
      if (writer == null) {
        writer = super.getConnection();
        write = writer.prepareStatement("CHECKPOINT");
      }
      write.execute();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Returns when everything that anybody can read by now is on the disk.
   *
   * @throws SQLException where it cannot be written
   */
  void settle() throws SQLException {
    group.settle();
  }

  @Override
  public void close() {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the database cannot be closed", e);
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = super.getConnection();
    return proxy(
        Connection.class, connection, (method, result) -> after(connection, method, result));
  }

  private Object after(Connection connection, Method method, Object result) throws SQLException {
    if (method.getName().equals("commit")) {
      group.committed();
    } else if (result instanceof PreparedStatement statement) {
      return proxy(
          PreparedStatement.class, statement, (step, done) -> afterStep(connection, step, done));
    } else if (result instanceof Statement statement) {
      return proxy(Statement.class, statement, (step, done) -> afterStep(connection, step, done));
    }
    return result;
  }

  // Outside of a transaction a statement is one by itself; a query changes nothing.
  private Object afterStep(Connection connection, Method step, Object done) throws SQLException {
    boolean changes =
        step.getName().startsWith("execute") && !step.getName().equals("executeQuery");
    if (changes && connection.getAutoCommit()) {
      group.committed();
    }
    return done;
  }

  private interface After {
    Object of(Method method, Object result) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T target, After after) {
    InvocationHandler handler =
        (self, method, arguments) -> {
          try {
            return after.of(method, method.invoke(target, arguments));
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
