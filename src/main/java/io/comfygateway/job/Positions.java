package io.comfygateway.job;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Where in the queue a job stands. While few wait it is exact. Once they are many, those who wait
 * are counted once in a moment and not for each answer, so that a caller is told as quickly with
 * ten thousand jobs waiting as with ten.
 */
final class Positions {
  private static final int MANY = 100;
  private static final Duration COUNT_HOLDS = Duration.ofSeconds(1);
  private static final Duration COUNT_SERVES = Duration.ofSeconds(5);

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final InstantSource clock;
  private final Map<Integer, Count> counts = new ConcurrentHashMap<>();
  private final AtomicBoolean counting = new AtomicBoolean();

  /**
   * A caller's jobs in a line.
   *
   * @param place the caller's place among those of the line, in the order of the database
   * @param waiting how many wait
   * @param newest the sequence number of the last of them
   * @param isNext whether the caller's turn comes before everybody starts anew
   */
  private record Own(int place, int waiting, long newest, boolean isNext) {

    boolean isSoonerThan(Own other) {
      return place < other.place ? isNext || !other.isNext : isNext && !other.isNext;
    }
  }

  /**
   * Who stood in a line at one moment.
   *
   * @param before how many jobs waited in the lines that are served before it
   */
  private record Count(Instant at, int before, Map<String, Own> owners) {

    boolean isLong() {
      return before + owners.values().stream().mapToInt(Own::waiting).sum() >= MANY;
    }
  }

  private record Row(int line, String owner, int waiting, long newest, boolean isNext) {}

  Positions(JdbcClient jdbc, InstantSource clock) {
    this.jdbc = jdbc;
    this.clock = new SteadyClock(clock);
  }

  /**
   * How many jobs are served before this one and with it, if nobody comes or goes: 1 is next. It
   * leaves aside how many a caller may have running.
   */
  int of(Job job) {
    int line = WaitingLine.of(job.priority());
    Count count =
        recent(line)
            .filter(known -> known.owners().containsKey(job.owner()))
            .orElseGet(() -> counted(line));
    Own own = count.owners().get(job.owner());
    if (own == null) {
      return count.before() + 1;
    }
    int rank = Math.max(1, rank(job, own));
    int before = count.before();
    for (Own other : count.owners().values()) {
      if (other != own) {
        before += Math.min(other.waiting(), rank - 1 + (other.isSoonerThan(own) ? 1 : 0));
      }
    }
    return before + rank;
  }

  // What came after the count is few.
  private int rank(Job job, Own own) {
    if (job.sequence() == own.newest()) {
      return own.waiting();
    }
    return job.sequence() > own.newest()
        ? own.waiting() + ownUpTo(job, own.newest() + 1)
        : ownUpTo(job, Long.MIN_VALUE);
  }

  private int ownUpTo(Job job, long from) {
    return jdbc.sql(sql.get("waiting-between"))
        .param("line", WaitingLine.of(job.priority()))
        .param("owner", job.owner())
        .param("from", from)
        .param("to", job.sequence())
        .query(Integer.class)
        .single();
  }

  // While somebody counts anew, the others make do with what is known, unless that is old.
  private Optional<Count> recent(int line) {
    Instant now = clock.instant();
    Count known = counts.get(line);
    if (known == null || !known.at().plus(COUNT_SERVES).isAfter(now)) {
      return Optional.empty();
    }
    if (known.at().plus(COUNT_HOLDS).isAfter(now) || !counting.compareAndSet(false, true)) {
      return Optional.of(known);
    }
    try {
      return Optional.of(counted(line));
    } finally {
      counting.set(false);
    }
  }

  private Count counted(int line) {
    Instant now = clock.instant();
    List<Row> rows =
        jdbc.sql(sql.get("line"))
            .param("line", line)
            .query(
                (row, n) ->
                    new Row(
                        row.getInt("line"),
                        row.getString("owner"),
                        row.getInt("n"),
                        row.getLong("newest"),
                        row.getBoolean("is_next")))
            .list();
    int before = 0;
    Map<String, Own> owners = new HashMap<>();
    for (Row row : rows) {
      if (row.line() == line) {
        owners.put(row.owner(), new Own(owners.size(), row.waiting(), row.newest(), row.isNext()));
      } else {
        before += row.waiting();
      }
    }
    Count count = new Count(now, before, owners);
    if (count.isLong()) {
      counts.put(line, count);
    } else {
      counts.remove(line);
    }
    return count;
  }
}
