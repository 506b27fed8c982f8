package io.comfygateway.job;

import io.comfygateway.database.Database;
import io.comfygateway.database.SqlFile;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the events of other gateways by {@code LISTEN} on a connection of its own, which it
 * reopens when it breaks.
 */
final class PostgresListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresListener.class);
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final int ANSWER_SECONDS = 5;

  private final Database database;
  private final String gateway;
  private final ClusterEvents received;
  private final Runnable missed;
  private final SqlFile sql = new SqlFile("/sql/postgresql.sql");
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread listening = new Thread(this::listen, "cluster-listener");
  private volatile Optional<Connection> open = Optional.empty();

  PostgresListener(Database database, String gateway, ClusterEvents received, Runnable missed) {
    this.database = database;
    this.gateway = gateway;
    this.received = received;
    this.missed = missed;
    listening.setDaemon(true);
  }

  void start() {
    listening.start();
  }

  private void listen() {
    boolean isNewFault = true;
    while (closed.getCount() > 0) {
      try (Connection connection = database.connect()) {
        open = Optional.of(connection);
        PGConnection postgres = begin(connection);
        isNewFault = true;
        missed.run();
        while (closed.getCount() > 0) {
          receive(connection, postgres);
        }
      } catch (SQLException | RuntimeException e) {
        if (isNewFault && closed.getCount() > 0) {
          LOG.warn("no events of other gateways until the database answers again", e);
          isNewFault = false;
        }
        pause();
      }
    }
  }

  private PGConnection begin(Connection connection) throws SQLException {
    PGConnection postgres = connection.unwrap(PGConnection.class);
    try (Statement statement = connection.createStatement();
        ResultSet channel = statement.executeQuery(sql.get("channel"))) {
      channel.next();
      String name = postgres.escapeIdentifier(channel.getString(1));
      statement.execute("LISTEN " + name);
    }
    return postgres;
  }

  private void receive(Connection connection, PGConnection postgres) throws SQLException {
    PGNotification[] notifications =
        postgres.getNotifications(Math.toIntExact(LONGEST_SILENCE.toMillis()));
    if (notifications != null && notifications.length > 0) {
      Arrays.stream(notifications).map(PGNotification::getParameter).forEach(this::read);
    } else if (!connection.isValid(ANSWER_SECONDS)) {
      throw new SQLException("the database does not answer");
    }
  }

  private void read(String payload) {
    List<String> words = List.of(payload.split(" "));
    if (words.size() < 2 || words.get(0).equals(gateway)) {
      return;
    }
    switch (words.get(1)) {
      case ClusterNotifier.HAPPENED ->
          words.stream().skip(2).map(UUID::fromString).forEach(received::happened);
      case ClusterNotifier.CANCELLING -> received.cancelling();
      case ClusterNotifier.LISTENING -> received.listening();
      case ClusterNotifier.PROGRESS ->
          words.stream().skip(2).forEach(word -> read(word, received::progress));
      case ClusterNotifier.FRAME ->
          words.stream().skip(2).forEach(word -> read(word, received::frame));
      // A newer version may send other events.
      default -> LOG.debug("unknown event={}", words.get(1));
    }
  }

  private static void read(String word, BiConsumer<UUID, String> event) {
    int end = word.indexOf(':');
    event.accept(
        UUID.fromString(word.substring(0, end)),
        new String(Base64.getDecoder().decode(word.substring(end + 1)), StandardCharsets.UTF_8));
  }

  private void pause() {
    try {
      closed.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    open.ifPresent(
        connection -> {
          try {
            // A close would wait for the read that is under way.
            connection.abort(Runnable::run);
          } catch (SQLException e) {
            LOG.debug("connection is already closed", e);
          }
        });
  }
}
