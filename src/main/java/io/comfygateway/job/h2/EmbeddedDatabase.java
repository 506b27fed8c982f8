package io.comfygateway.job.h2;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.h2.api.ErrorCode;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * H2, so that what was committed is on the disk when the commit returns. H2 itself would write once
 * for every commit, one after the other; here the commits of one moment share one write.
 *
 * <p>H2 closes a database for good when a write fails, on a full disk for instance. The next
 * connection then opens it again, with everything that a commit has waited for. What nobody had
 * waited for may be lost, as after a crash.
 */
public final class EmbeddedDatabase extends DelegatingDataSource {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);
  private static final String USER = "gateway";

  /** No delay, and not 0: H2 then writes when it is told to, on the thread that tells it. */
  private static final int WHEN_TOLD = -1;

  private static final Set<Integer> CLOSED =
      Set.of(
          ErrorCode.DATABASE_IS_CLOSED,
          ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
          ErrorCode.CONNECTION_BROKEN_1,
          ErrorCode.OBJECT_CLOSED);

  /** The SQL state by which a pool knows that a connection is of no use any more. */
  private static final String CONNECTION_FAILURE = "08006";

  private final GroupCommit group = new GroupCommit(this::write);
  private final ThreadLocal<Boolean> unsettled = ThreadLocal.withInitial(() -> false);
  private final List<Runnable> onReopened = new CopyOnWriteArrayList<>();

  /** In which store this thread has read and committed what it has not settled yet. */
  private final ThreadLocal<MVStore> unsettledIn = new ThreadLocal<>();

  private volatile MVStore store;
  private org.h2.engine.Database opened;

  /**
   * Makes it; nothing is opened before the first connection is.
   *
   * @param url a JDBC URL of H2 with {@code WRITE_DELAY=0}, to files of {@link DurableFiles}. With
   *     any other delay H2 would write on threads of its own, and not wait for what these have
   *     begun (seen in its {@code FileStore} at 2.4.240).
   */
  public EmbeddedDatabase(String url) {
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
      if (written == null) {
        throw new SQLException("the database is closed", CONNECTION_FAILURE);
      }
      written.commit();
      if (written.isClosed()) {
        throw new SQLException("the database was closed before it was written", CONNECTION_FAILURE);
      }
    } catch (MVStoreException e) {
      throw new SQLException("the database cannot be written", CONNECTION_FAILURE, e);
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
  public void settle() throws SQLException {
    MVStore committed = unsettledIn.get();
    unsettledIn.remove();
    group.settle();
    if (committed != null) {
      requireOpen(committed);
    }
  }

  // A commit to a store that was closed since is lost, although the one that was opened in its
  // place can be written.
  private void requireOpen(MVStore committed) throws SQLException {
    if (committed != store) {
      throw new SQLException("the database was closed before it was written", CONNECTION_FAILURE);
    }
  }

  /** From here on {@link #settle} also fails where the database was closed and opened again. */
  public void begin() {
    if (store == null || isClosed()) {
      // It is opened again by the first that asks.
      unsettledIn.remove();
    } else {
      unsettledIn.set(store);
    }
  }

  /** Does work whose commits wait for no write; {@link #settle} writes them. */
  public <T> T unsettled(Supplier<T> work) {
    boolean outer = unsettled.get();
    unsettled.set(true);
    try {
      return work.get();
    } finally {
      unsettled.set(outer);
    }
  }

  private void committed(MVStore to) throws SQLException {
    if (unsettled.get()) {
      unsettledIn.set(to);
      group.committedUnsettled();
    } else {
      group.committed();
      requireOpen(to);
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    Opened to = open();
    return proxy(Connection.class, to.connection(), (method, result) -> after(to, method, result));
  }

  private record Opened(Connection connection, MVStore store) {}

  private synchronized Opened open() throws SQLException {
    if (isClosed()) {
      discard();
    }
    Connection connection = super.getConnection();
    takeOver(connection);
    return new Opened(connection, store);
  }

  private boolean isClosed() {
    MVStore known = store;
    return known != null && known.isClosed();
  }

  /** Whether what failed so was done on a connection to a database that H2 has closed. */
  public boolean closedBy(SQLException failure) {
    return CLOSED.contains(failure.getErrorCode()) || isClosed();
  }

  /** Has something done each time that the database was closed and is about to be opened again. */
  public void onReopened(Runnable listener) {
    onReopened.add(listener);
  }

  // H2 keeps a database that it closed after a failure as the open one of its name, and refuses
  // every connection to it.
  private void discard() {
    LOG.warn("the database was closed by a failed write, and is opened again");
    opened.shutdownImmediately();
    onReopened.forEach(Runnable::run);
    store = null;
    opened = null;
  }

  // Every connection sets the delay to that of the URL. The store is another one where the last
  // connection was closed and the database opened again.
  private void takeOver(Connection connection) throws SQLException {
    SessionLocal session = (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
    opened = session.getDatabase();
    MVStore now = opened.getStore().getMvStore();
    now.setAutoCommitDelay(WHEN_TOLD);
    store = now;
  }

  private Object after(Opened to, Method method, Object result) throws SQLException {
    if (method.getName().equals("commit")) {
      committed(to.store());
    } else if (result instanceof PreparedStatement statement) {
      return proxy(PreparedStatement.class, statement, (step, done) -> afterStep(to, step, done));
    } else if (result instanceof Statement statement) {
      return proxy(Statement.class, statement, (step, done) -> afterStep(to, step, done));
    }
    return result;
  }

  // Outside of a transaction a statement is one by itself; a query changes nothing.
  private Object afterStep(Opened to, Method step, Object done) throws SQLException {
    boolean changes =
        step.getName().startsWith("execute") && !step.getName().equals("executeQuery");
    if (changes && to.connection().getAutoCommit()) {
      committed(to.store());
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
