package io.comfygateway.database.h2;

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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * H2 whose commits are on disk when they return. H2 itself writes once for every commit, one after
 * the other; here concurrent commits share one write.
 *
 * <p>H2 closes a database for good when a write fails, for instance on a full disk. The next
 * connection opens it again, with every commit that waited for its write. Commits without a flush
 * may be lost, as after a crash.
 */
public final class EmbeddedDatabase extends DelegatingDataSource {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);
  private static final String USER = "gateway";

  /** Neither a delay nor 0: H2 then writes only on request, on the thread that requests it. */
  private static final int ON_REQUEST = -1;

  private static final Set<Integer> CLOSED =
      Set.of(
          ErrorCode.DATABASE_IS_CLOSED,
          ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
          ErrorCode.CONNECTION_BROKEN_1,
          ErrorCode.OBJECT_CLOSED);

  /** The SQL state that makes a pool discard a connection. */
  private static final String CONNECTION_FAILURE = "08006";

  private final GroupCommit group = new GroupCommit(this::write);
  private final ThreadLocal<Boolean> withoutFlush = ThreadLocal.withInitial(() -> false);
  private final List<Runnable> onReopened = new CopyOnWriteArrayList<>();

  /** The store in which this thread has commits that it has not flushed. */
  private final ThreadLocal<MVStore> unflushedStore = new ThreadLocal<>();

  private volatile @Nullable MVStore store;
  private org.h2.engine.@Nullable Database opened;

  /**
   * Opens nothing; the first connection does.
   *
   * @param url a JDBC URL of H2 with {@code WRITE_DELAY=0}, to files of {@link DurableFiles}. With
   *     any other delay H2 would write on threads of its own and not wait for writes that these
   *     have begun (H2 2.4.240, {@code FileStore}).
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

  // H2 writes everything that is committed. One thread at a time writes for all; an interrupt must
  // not fail the commits of the others, so it is restored afterwards.
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
   * Returns when everything that can be read by now is on disk.
   *
   * @throws SQLException if it cannot be written
   */
  public void flush() throws SQLException {
    MVStore committed = unflushedStore.get();
    unflushedStore.remove();
    group.flush();
    if (committed != null) {
      requireOpen(committed);
    }
  }

  // A commit to a store that has been closed since is lost, although the store that was opened in
  // its place can be written.
  private void requireOpen(MVStore committed) throws SQLException {
    if (committed != store) {
      throw new SQLException("the database was closed before it was written", CONNECTION_FAILURE);
    }
  }

  /** From now on {@link #flush} also fails if the database was closed and opened again. */
  public void begin() {
    if (store == null || isClosed()) {
      // The next connection opens it again.
      unflushedStore.remove();
    } else {
      unflushedStore.set(store);
    }
  }

  /** Does work whose commits do not wait for a write; {@link #flush} writes them. */
  public <T> T withoutFlush(Supplier<T> work) {
    boolean outer = withoutFlush.get();
    withoutFlush.set(true);
    try {
      return work.get();
    } finally {
      withoutFlush.set(outer);
    }
  }

  private void committed(MVStore to) throws SQLException {
    if (withoutFlush.get()) {
      unflushedStore.set(to);
      group.committedWithoutFlush();
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
    return new Opened(connection, adopt(connection));
  }

  private boolean isClosed() {
    MVStore known = store;
    return known != null && known.isClosed();
  }

  /** Whether a statement failed because H2 has closed the database. */
  public boolean closedBy(SQLException failure) {
    return CLOSED.contains(failure.getErrorCode()) || isClosed();
  }

  /** Adds what to run each time the database was closed, before it is opened again. */
  public void onReopened(Runnable listener) {
    onReopened.add(listener);
  }

  // After a failure H2 keeps the closed database registered under its name and refuses every
  // connection to it.
  private void discard() {
    LOG.warn("database was closed by a failed write, opening it again");
    if (opened != null) {
      opened.shutdownImmediately();
    }
    onReopened.forEach(Runnable::run);
    store = null;
    opened = null;
  }

  // Every connection resets the delay to that of the URL. After the last connection was closed, the
  // next one opens another store.
  private MVStore adopt(Connection connection) throws SQLException {
    SessionLocal session = (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
    org.h2.engine.Database database = session.getDatabase();
    MVStore now = database.getStore().getMvStore();
    now.setAutoCommitDelay(ON_REQUEST);
    opened = database;
    store = now;
    return now;
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

  // Outside a transaction every statement commits; a query changes nothing.
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
