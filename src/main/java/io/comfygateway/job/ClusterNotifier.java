package io.comfygateway.job;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Tells the other gateways on the same PostgreSQL, by {@code NOTIFY}. It is done aside, many pieces
 * of news at a time: who has news does not wait for it, and no transaction that stores something
 * takes the lock that PostgreSQL takes for notifications.
 */
public final class ClusterNotifier implements ClusterEvents, AutoCloseable {
  static final String HAPPENED = "happened";
  static final String CANCELLING = "cancelling";
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNotifier.class);
  private static final int MOST_UNTOLD = 10_000;

  // PostgreSQL takes payloads of less than 8,000 bytes.
  private static final int MOST_AT_ONCE = 200;

  private final Database database;
  private final String gateway;
  private final SqlFile sql = new SqlFile("/sql/postgresql.sql");
  private final BlockingQueue<Item> untold = new LinkedBlockingQueue<>(MOST_UNTOLD);
  private final Thread telling = new Thread(this::tell, "tell-neighbours");
  private final PostgresListener hearing;

  private record Item(String what, String about) {}

  /**
   * Makes it; nothing is told or heard before {@link #start}.
   *
   * @param gateway this gateway's id
   * @param heard who is told what others tell
   * @param missed called where something may have been told that was not heard
   */
  public ClusterNotifier(Database database, String gateway, ClusterEvents heard, Runnable missed) {
    this.database = database;
    this.gateway = gateway;
    this.hearing = new PostgresListener(database, gateway, heard, missed);
    telling.setDaemon(true);
  }

  public void start() {
    telling.start();
    hearing.start();
  }

  @Override
  public void happened(UUID job) {
    untold.offer(new Item(HAPPENED, job.toString()));
  }

  @Override
  public void cancelling() {
    untold.offer(new Item(CANCELLING, ""));
  }

  private void tell() {
    List<Item> items = new ArrayList<>();
    try {
      while (true) {
        items.add(untold.take());
        untold.drainTo(items, MOST_AT_ONCE - 1);
        tell(items);
        items.clear();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(List<Item> items) {
    try {
      items.stream()
          .collect(
              Collectors.groupingBy(
                  Item::what,
                  Collectors.mapping(Item::about, Collectors.toCollection(ArrayList::new))))
          .forEach(
              (what, about) ->
                  database
                      .jdbc()
                      .sql(sql.get("notify"))
                      .param("news", gateway + " " + what + " " + String.join(" ", about))
                      .query((row, n) -> true)
                      .list());
    } catch (DataAccessException e) {
      LOG.debug("not told to other gateways items={}", items.size(), e);
    }
  }

  @Override
  public void close() {
    telling.interrupt();
    hearing.close();
  }
}
