package io.comfygateway.job;

import io.comfygateway.database.Database;
import io.comfygateway.database.SqlFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Notifies the other gateways on the same PostgreSQL by {@code NOTIFY}. A thread of its own sends
 * many events at a time: nobody waits for it, and no transaction that stores something takes the
 * lock that PostgreSQL takes for notifications.
 */
public final class ClusterNotifier implements ClusterEvents, AutoCloseable {
  static final String HAPPENED = "happened";
  static final String CANCELLING = "cancelling";
  static final String LISTENING = "listening";
  static final String PROGRESS = "progress";
  static final String FRAME = "frame";
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNotifier.class);
  private static final int MOST_UNSENT = 10_000;

  // Frames are the first that are left out.
  private static final int MOST_FRAMES = 1_000;
  private static final int MOST_AT_ONCE = 200;

  /** PostgreSQL takes payloads of less than 8,000 bytes, the gateway's id included. */
  private static final int LARGEST_PAYLOAD = 7_700;

  private final Database database;
  private final String gateway;
  private final SqlFile sql = new SqlFile("/sql/postgresql.sql");
  private final BlockingQueue<Item> unsent = new LinkedBlockingQueue<>(MOST_UNSENT);
  private final Thread sender = new Thread(this::send, "cluster-notifier");
  private final PostgresListener listener;

  private record Item(String what, String about) {}

  /**
   * Sends and receives nothing before {@link #start}.
   *
   * @param gateway this gateway's id
   * @param received takes the events of other gateways
   * @param missed run when events of others may have been lost
   */
  public ClusterNotifier(
      Database database, String gateway, ClusterEvents received, Runnable missed) {
    this.database = database;
    this.gateway = gateway;
    this.listener = new PostgresListener(database, gateway, received, missed);
    sender.setDaemon(true);
  }

  public void start() {
    sender.start();
    listener.start();
  }

  @Override
  public void happened(UUID job) {
    unsent.offer(new Item(HAPPENED, job.toString()));
  }

  @Override
  public void cancelling() {
    unsent.offer(new Item(CANCELLING, ""));
  }

  @Override
  public void listening() {
    unsent.offer(new Item(LISTENING, ""));
  }

  @Override
  public void progress(UUID job, String progress) {
    unsent.offer(new Item(PROGRESS, word(job, progress)));
  }

  @Override
  public void frame(UUID job, String text) {
    if (unsent.size() < MOST_FRAMES) {
      unsent.offer(new Item(FRAME, word(job, text)));
    }
  }

  // In base64, because words are separated by spaces.
  private static String word(UUID job, String text) {
    return job + ":" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private void send() {
    List<Item> items = new ArrayList<>();
    try {
      while (true) {
        items.add(unsent.take());
        unsent.drainTo(items, MOST_AT_ONCE - 1);
        send(items);
        items.clear();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(List<Item> items) {
    try {
      items.stream()
          .collect(
              Collectors.groupingBy(
                  Item::what,
                  Collectors.mapping(Item::about, Collectors.toCollection(ArrayList::new))))
          .forEach((what, about) -> payloads(about).forEach(text -> send(what, text)));
    } catch (DataAccessException e) {
      LOG.debug("other gateways not notified items={}", items.size(), e);
    }
  }

  private static List<String> payloads(List<String> about) {
    List<String> payloads = new ArrayList<>();
    StringBuilder payload = new StringBuilder();
    for (String word : about) {
      if (payload.length() > 0 && payload.length() + word.length() >= LARGEST_PAYLOAD) {
        payloads.add(payload.toString());
        payload.setLength(0);
      }
      payload.append(payload.length() == 0 ? "" : " ").append(word);
    }
    payloads.add(payload.toString());
    return payloads;
  }

  private void send(String what, String about) {
    database
        .jdbc()
        .sql(sql.get("notify"))
        .param("news", gateway + " " + what + " " + about)
        .query((row, n) -> true)
        .list();
  }

  @Override
  public void close() {
    sender.interrupt();
    listener.close();
  }
}
