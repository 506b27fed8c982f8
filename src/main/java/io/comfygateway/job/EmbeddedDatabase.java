package io.comfygateway.job;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * H2, so that what was committed is on the disk when the commit returns. H2 itself would write once
 * for every commit, one after the other; here the commits of one moment share one write.
 */
final class EmbeddedDatabase extends DelegatingDataSource {
  private static final String USER = "gateway";

  /** No delay, and not 0: H2 then writes when it is told to, on the thread that tells it. */
  private static final int WHEN_TOLD = -1;

  private final GroupCommit group = new GroupCommit(this::write);
  private final ThreadLocal<Boolean> unsettled = ThreadLocal.withInitial(() -> false);
  private volatile MVStore store;

  /**
   * Makes it; nothing is opened before the first connection is.
   *
   * @param url a JDBC URL of H2 with {@code WRITE_DELAY=0}, to files of {@link DurableFiles}. With
   *     any other delay H2 would write on threads of its own, and not wait for what these have
   *     begun (seen in its {@code FileStore} at 2.4.240).
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
      MVStore written = store;
      written.commit();
      if (written.isClosed()) {
        throw new SQLException("the database was closed before it was written");
      }
    } catch (MVStoreException e) {
      throw new SQLException("the database cannot be written", e);
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

  /** As {@link Commits#unsettled}. */
  <T> T unsettled(Supplier<T> work) {
    boolean outer = unsettled.get();
    unsettled.set(true);
    try {
      return work.get();
    } finally {
      unsettled.set(outer);
    }
  }

  private void committed() throws SQLException {
    if (unsettled.get()) {
      group.committedUnsettled();
    } else {
      group.committed();
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = super.getConnection();
    takeOver(connection);
    return proxy(
        Connection.class, connection, (method, result) -> after(connection, method, result));
  }

  // Every connection sets the delay to that of the URL. The store is another one where the last
  // connection was closed and the database opened again.
  private void takeOver(Connection connection) throws SQLException {
    SessionLocal session = (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
    MVStore opened = session.getDatabase().getStore().getMvStore();
    opened.setAutoCommitDelay(WHEN_TOLD);
    store = opened;
  }

  private Object after(Connection connection, Method method, Object result) throws SQLException {
    if (method.getName().equals("commit")) {
      committed();
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
      committed();
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
